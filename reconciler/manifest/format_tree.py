"""What the format allows at a path, read off the models: keys and words to suggest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from reconciler.manifest.models import Block, Manifest


def block_at(path: Sequence[str | int]) -> type[Block]:
    """The innermost block that `path` lies in or leads to."""
    block, _, _ = _walk(path)
    return block


def keys_of(block: type[Block]) -> list[str]:
    """The keys that a person may write in it."""
    keys = list(fields_of(block))
    return [*keys, "vars", "include"] if block is Manifest else keys


def allowed_words(path: Sequence[str | int]) -> list[str]:
    """The words that may stand at `path`, if only certain ones may."""
    _, annotation, _ = _walk(path)
    return [str(word) for word in _words_in(annotation)]


def named_in(path: Sequence[str | int]) -> str | None:
    """The mapping (`tasks`, `labels`, `weights`) in which the last part of `path` is a key of a person's own.

    None: it is no such key.
    """
    if not path or not isinstance(path[-1], str):
        return None
    _, _, in_mapping = _walk(path[:-1])
    return str(path[-2]) if in_mapping else None


def fields_of(block: type[Block]) -> dict[str, FieldInfo]:
    """Its fields, by the names that are written."""
    return {field.alias or name: field for name, field in block.model_fields.items()}


def _walk(path: Sequence[str | int]) -> tuple[type[Block], Any, bool]:
    """The innermost block on the way, what may stand at the end of it, and whether that is a mapping with own keys.

    A key of a person's own (a task's, a label's name) is no field, even if it is spelt like one.
    """
    block: type[Block] = Manifest
    annotation: Any = Manifest
    in_mapping = False
    for part in path:
        if isinstance(part, int):
            continue
        if in_mapping:
            in_mapping = False
            continue
        field = fields_of(block).get(part)
        if field is None:
            continue
        annotation = field.annotation
        block = next(_blocks_in(annotation), block)
        in_mapping = _is_mapping(annotation)
    return block, annotation, in_mapping


def _is_mapping(annotation: Any) -> bool:
    return get_origin(annotation) is dict or any(_is_mapping(part) for part in get_args(annotation))


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
