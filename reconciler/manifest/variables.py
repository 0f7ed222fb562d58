"""`${env.X}`, `${env.X:-default}` and `${vars.x}` in values; `$${` stands for a literal `${`.

What is put in is never searched again, so a value from the environment cannot smuggle in a variable. Messages show the
value as written, never what the environment holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from reconciler.errors import Location, Problem
from reconciler.manifest.nodes import Entry, Items, Node, Scalar, Table
from reconciler.manifest.wording import did_you_mean, quoted

LONGEST_VALUE = 100_000
_PART = re.compile(r"\$\$\{|\$\{(?P<inside>[^}]*)\}|\$\{")
_ENV = re.compile(r"env\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?", re.DOTALL)
_VAR = re.compile(r"vars\.(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)")
_SECRET = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY", re.IGNORECASE)


class _Unresolved(Exception):  # noqa: N818 - becomes a problem at the value
    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class _AlreadyReported(Exception):  # noqa: N818 - nobody is told again
    """What is wrong was reported where the variable is defined, or with the file that would define it."""


class Variables:
    """Puts values in for variables; what it cannot resolve goes to `problems`, once for each place."""

    def __init__(
        self,
        definitions: Table | None,
        environ: Mapping[str, str],
        problems: list[Problem],
        *,
        are_all_there: bool = True,
    ) -> None:
        """Unless `are_all_there`, one that is not defined may be defined in what could not be read."""
        self._definitions = definitions.entries if definitions else {}
        self._are_all_there = are_all_there
        self._environ = environ
        self._problems = problems
        self._resolved: dict[str, Node] = {}
        self._resolving: list[str] = []

    def resolve(self, node: Node) -> Node:
        """The same value at the same place, with its variables replaced."""
        match node:
            case Items(items=items, where=where):
                return Items(tuple(self.resolve(item) for item in items), where)
            case Table(entries=entries, where=where):
                return Table({key: Entry(e.key, self.resolve(e.value)) for key, e in entries.items()}, where)
            case Scalar(value=str() as text) if "${" in text and not node.spoilt:
                return self._resolve_text(node, text)
            case _:
                return node

    def resolve_all_definitions(self) -> None:
        """Report what is wrong with variables that nothing uses, too."""
        for name in self._definitions:
            self._definition(name)

    def _resolve_text(self, node: Scalar, text: str) -> Node:
        try:
            whole = _PART.fullmatch(text)
            if whole and whole.group("inside") is not None:
                return _at(self._value(whole.group("inside")), node)
            return replace(node, value=self._replaced(text))
        except _AlreadyReported:
            return replace(node, spoilt=True)
        except _Unresolved as error:
            self._problems.append(Problem(error.what, node.where, error.hint))
            return replace(node, spoilt=True)

    def _replaced(self, text: str) -> str:
        replaced = _PART.sub(lambda part: self._part(part, text), text)
        if len(replaced) > LONGEST_VALUE:
            raise _Unresolved(f"with its variables this value is longer than {LONGEST_VALUE} characters")
        return replaced

    def _part(self, part: re.Match[str], text: str) -> str:
        if part.group() == "$${":
            return "${"
        inside = part.group("inside")
        if inside is None:
            raise _Unresolved(
                f"a variable is opened and not closed in {quoted(text)}", "add `}`, or write `$${` for `${`"
            )
        value = self._value(inside)
        if isinstance(value, Scalar) and value.spoilt:
            raise _AlreadyReported
        if not isinstance(value, Scalar) or value.value is None:
            raise _Unresolved(
                f"{quoted(part.group())} is not text, so it cannot be part of a text", "use it on its own"
            )
        return value.value if isinstance(value.value, str) else json.dumps(value.value)

    def _value(self, inside: str) -> Node:
        """What `${inside}` stands for."""
        if env := _ENV.fullmatch(inside):
            return self._from_environment(env.group("name"), env.group("default"))
        if var := _VAR.fullmatch(inside):
            return self._definition(var.group("name"))
        raise _Unresolved(
            f"{quoted('${' + inside + '}')} is not a variable",
            "write ${env.NAME}, ${env.NAME:-default} or ${vars.name}; for the characters themselves `$${`",
        )

    def _from_environment(self, name: str, default: str | None) -> Scalar:
        if _SECRET.search(name):
            raise _Unresolved(
                f"{quoted(name)} looks like a secret, and a manifest's values are shown and kept in plans",
                "no field of a manifest takes a secret; if it is none, give the variable another name",
            )
        value = self._environ.get(name)
        if default is not None and "${" in default:
            raise _Unresolved(f"a default cannot hold another variable: {quoted(default)}")
        if not value and default is not None:  # as in a shell: `:-` also stands in for an empty value
            value = default
        if value is None:
            meant = did_you_mean(name, (known for known in self._environ if not _SECRET.search(known)))
            hint = f"set it, or give a default: ${{env.{name}:-…}}"
            raise _Unresolved(
                f"the environment variable {quoted(name)} is not set", f"{meant} {hint}" if meant else hint
            )
        return Scalar(value, value, Location("", 1, 1))  # `_at` gives it its place

    def _definition(self, name: str) -> Node:
        if name in self._resolved:
            return self._resolved[name]
        if name in self._resolving:
            circle = " → ".join([*self._resolving[self._resolving.index(name) :], name])
            raise _Unresolved(f"the variables are defined in a circle: {quoted(circle)}")
        if name not in self._definitions and not self._are_all_there:
            raise _AlreadyReported
        if name not in self._definitions:
            hint = did_you_mean(name, self._definitions) or f"define it: `vars: {{{name}: …}}`"
            raise _Unresolved(f"there is no variable {quoted(name)}", hint)
        self._resolving.append(name)
        resolved = self.resolve(self._definitions[name].value)
        self._resolving.pop()
        self._resolved[name] = resolved
        return resolved


def _at(value: Node, use: Scalar) -> Node:
    """The variable's value, standing where it is used; inside a list or mapping things stay where they were written."""
    if isinstance(value, Scalar):
        return replace(value, where=use.where, written=use.written)
    return replace(value, where=use.where)
