"""Variables that need no quotes inside `{ }` and `[ ]`: `vars: {reviewer: ${env.REVIEWER:-alice}}`.

To a YAML parser a brace in there ends the mapping. So, for the parser alone, the characters of `${…}` that mean
something to it stand in as ones that mean nothing, one for one: every place in the file stays where it is.
"""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"\$\{[^{}\n]*\}")
_MEANING = "{}[],:#&*!|>'\"%@`"
# A private-use plane of Unicode: legal in YAML, and nothing that anybody writes.
_SHIELD = {ord(char): chr(0xF5F00 + index) for index, char in enumerate(_MEANING)}
_UNSHIELD = {ord(stand_in): chr(char) for char, stand_in in _SHIELD.items()}
_STAND_INS = re.compile(f"[{''.join(_SHIELD.values())}]")


def shielded(text: str) -> str:
    """The text for the parser. One that holds a stand-in itself is left as it is."""
    if "${" not in text or _STAND_INS.search(text):
        return text
    return _VARIABLE.sub(lambda variable: variable.group().translate(_SHIELD), text)


def unshielded(value: str) -> str:
    """A value or key as it was written."""
    return value.translate(_UNSHIELD)
