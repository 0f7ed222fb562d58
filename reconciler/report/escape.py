"""The one place where text that others wrote is made harmless for the medium it is shown in.

Names of tasks, users and files are data from a server. A name may hold escape sequences that rewrite the terminal,
line breaks that fake a line of ours, or direction overrides that make `gpj.exe` read `exe.jpg`.
"""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four: the same, full width
_MARKUP: Final = re.compile(r"[\\`*_{}\[\]#!~$]")
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


def csv_cell(text: str) -> str:
    """`text` for a cell of a spreadsheet: on one line, and never a formula (those get an apostrophe at the front)."""
    shown = terminal(text)
    return f"'{shown}" if shown.lstrip(" '").startswith(_FORMULA) else shown


def markdown(text: str) -> str:
    """`text` for Markdown, in a table as well: no markup, no HTML, no link, and nobody is mentioned by it."""
    shown = terminal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = _MARKUP.sub(lambda found: "\\" + found.group(), shown).replace("|", "&#124;").replace(":", "&#58;")
    # GitHub makes links of addresses and mentions of @names; a comment in between keeps it from that.
    return re.sub(r"(?i)www\.", lambda found: f"{found.group()[:3]}<!-- -->.", shown).replace("@", "@<!-- -->")


def _written_out(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
