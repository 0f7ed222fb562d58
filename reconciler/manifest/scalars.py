"""What one YAML word means: text, number, true or false, null; or something that YAML readers disagree about."""

from __future__ import annotations

import math
import re

from reconciler.manifest.wording import quoted

_YAML = "tag:yaml.org,2002:"
_TEXT = {"str", "timestamp", "value", "merge"}  # a date stays text: only the field knows whether it wants one


class UnclearScalar(Exception):  # noqa: N818 - becomes a problem where the place is known
    """A word that is not read the same way everywhere, or that no field can hold."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def scalar_value(tag: str, written: str, *, is_tagged: bool) -> str | int | float | bool | None:
    """The value of `written`, whose YAML 1.1 type is `tag`."""
    kind = tag.removeprefix(_YAML)
    if kind in _TEXT:
        return written
    match kind:
        case "null":
            return None
        case "bool":
            return _truth(written)
        case "int":
            return _whole(written)
        case "float":
            return _decimal(written)
        case _ if is_tagged:
            raise UnclearScalar(f"the tag {quoted(tag)} means nothing here", "leave it out")
        case _:
            return written


def _truth(written: str) -> bool:
    if written.lower() not in ("true", "false"):
        raise UnclearScalar(
            f"{quoted(written)} is a word that some YAML readers take for true or false", f'quote it: "{written}"'
        )
    return written.lower() == "true"


def _whole(written: str) -> int:
    if not re.fullmatch(r"[-+]?(0|[1-9][0-9]*)", written):
        raise UnclearScalar(
            f"{quoted(written)} is a number that YAML readers disagree about",
            f'quote it if it is text: "{written}"; a number is written in plain digits, without a leading 0',
        )
    if len(written) > 18:
        raise UnclearScalar(f"{quoted(written)} is too large a number", f'quote it if it is text: "{written}"')
    return int(written)


def _decimal(written: str) -> float:
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in written or ":" in written:
        raise UnclearScalar(f"{quoted(written)} is not a plain number", f'quote it if it is text: "{written}"')
    return value
