"""What the YAML parser says, in words that say what to do."""

from __future__ import annotations

import yaml

from reconciler.errors import Location, Problem
from reconciler.manifest.wording import quoted

_HINTS = (
    (
        "mapping values are not allowed",
        "quote a value that holds `: `; is the line indented as the one above?",
    ),
    ("did not find expected key", "is the line indented as its neighbours?"),
    ("could not find expected ':'", "each line of a mapping is `key: value`; is a `:` missing, or a quote not closed?"),
    ("did not find expected '-' indicator", "are all items of the list indented alike?"),
    ("did not find expected ',' or", "is a comma missing, or a bracket not closed?"),
    ("while scanning a quoted scalar", "is a quote not closed?"),
    ("found duplicate anchor", "give one of them another name"),
)
_STARTERS = {"@": "at sign", "`": "backtick", "%": "percent sign"}


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Where the text stops being YAML, and the likely reason."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    words = str(getattr(error, "problem", None) or "it cannot be parsed")
    context = str(getattr(error, "context", None) or "")
    where = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
    culprit = _character_at(text, where)
    if "cannot start any token" in words and culprit:
        return _bad_start(culprit, where)
    if "${" in _line(text, where):
        return Problem(f"not valid YAML: {words}", where, "is each variable closed, ${env.X}, and each { and [ too?")
    hint = next((hint for part, hint in _HINTS if part in f"{context} {words}"), None)
    said = f"{context}: {words}" if context else words
    return Problem(f"not valid YAML: {said}", where, hint)


def _bad_start(culprit: str, where: Location) -> Problem:
    if culprit == "\t":
        return Problem("not valid YAML: a tab in the indentation", where, "indent with spaces")
    name = _STARTERS.get(culprit, "character")
    return Problem(f"not valid YAML: no value can begin with the {name} {quoted(culprit)}", where, "quote the value")


def _character_at(text: str, where: Location) -> str:
    return _line(text, where)[where.column - 1 : where.column]


def _line(text: str, where: Location) -> str:
    lines = text.split("\n")
    return lines[where.line - 1] if where.line <= len(lines) else ""
