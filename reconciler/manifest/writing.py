"""From a tree to YAML that gives the same tree back, whatever is in it.

Text that any YAML reader takes for itself is written as it is; all other is quoted, with everything that is not printed
as an escape, and with no `${` in sight: that would be a variable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import yaml

from reconciler.manifest.nodes import Plain

_BARE = re.compile(r"[A-Za-z_]([A-Za-z0-9_ .*?/@+-]*[A-Za-z0-9_.*?/@+-])?|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE = re.compile(r"[0-9-]+")


def as_yaml(tree: Mapping[str, Plain], comment: str = "") -> str:
    """A manifest's text; each line of `comment` stands at its head."""
    head = [f"# {line}".rstrip() for line in comment.splitlines()]
    return "\n".join([*head, *_mapping(tree, "")]) + "\n"


def _mapping(tree: Mapping[str, Plain], indent: str) -> Iterator[str]:
    for key, value in tree.items():
        start = f"{indent}{_text(key)}:"
        if isinstance(value, dict) and value:
            yield start
            yield from _mapping(value, indent + "  ")
        else:
            yield f"{start} {_inline(value)}"


def _inline(value: Plain) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_text(key)}: {_inline(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_inline, value)) + "]"
        case str():
            return _text(value)
        case _:
            return json.dumps(value)


def _text(text: str) -> str:
    escaped = text.replace("${", "$${")
    if _BARE.fullmatch(escaped) and (_DATE.fullmatch(escaped) or yaml.safe_load(escaped) == escaped):
        return escaped
    return '"' + "".join(map(_character, escaped)).replace("${", "$\\x7b") + '"'


def _character(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable() and char != "\ufeff":
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
