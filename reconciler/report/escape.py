"""The one place where text that others wrote is made harmless for the medium it is shown in.

Names of tasks, users and files are data from a server. A name may hold escape sequences that rewrite the terminal,
line breaks that fake a line of ours, or direction overrides that make `gpj.exe` read `exe.jpg`.
"""

from __future__ import annotations

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def terminal(text: str) -> str:
    """`text` on one line, with every character that would not be seen as itself written out (`\\x1b`, `\\u202e`).

    What counts is `str.isprintable`: control, format (bidi, zero width), surrogate, private and unassigned characters
    and all white space but the plain blank are written out. Rich markup is safe by construction: nothing here is ever
    handed to rich as markup.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _written_out(char) for char in text)


def _written_out(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
