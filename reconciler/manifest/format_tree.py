"""What the format allows at a path, read off the models: keys and words to suggest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from reconciler.manifest.models import Block, Manifest


def block_at(path: Sequence[str | int]) -> type[Block]:
    """The innermost block that `path` lies in or leads to."""
    block: type[Block] = Manifest
    for part in path:
        field = fields_of(block).get(str(part))
        if field is not None:
            block = next(_blocks_in(field.annotation), block)
    return block


def keys_of(block: type[Block]) -> list[str]:
    """The keys that a person may write in it."""
    keys = list(fields_of(block))
    return [*keys, "vars", "include"] if block is Manifest else keys


def allowed_words(path: Sequence[str | int]) -> list[str]:
    """The words that may stand at `path`, if only certain ones may."""
    names = [str(part) for part in path if isinstance(part, str)]
    field = fields_of(block_at(path[: _last_name(path)])).get(names[-1]) if names else None
    return [str(word) for word in _words_in(field.annotation)] if field is not None else []


def fields_of(block: type[Block]) -> dict[str, FieldInfo]:
    """Its fields, by the names that are written."""
    return {field.alias or name: field for name, field in block.model_fields.items()}


def _last_name(path: Sequence[str | int]) -> int:
    return max(index for index, part in enumerate(path) if isinstance(part, str))


def _blocks_in(annotation: Any) -> Iterator[type[Block]]:
    if isinstance(annotation, type) and issubclass(annotation, Block):
        yield annotation
    for part in get_args(annotation):
        yield from _blocks_in(part)


def _words_in(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
        return
    for part in get_args(annotation):
        yield from _words_in(part)
