"""Which tasks, on the command line: the words of a rule's `select` as options, the same in every command that selects.

What is written becomes the same tree that YAML becomes, with the option as the place of each value. So the same models
check it, and whatever is wrong, here or once the server is asked, is told with the option that it stands in.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, cast

import typer
from pydantic import ValidationError

from reconciler.errors import Location, ManifestError, Problem
from reconciler.manifest.explaining import explained
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest, ProjectRef, Selector
from reconciler.manifest.nodes import Entry, Items, Node, Scalar, Table, plain
from reconciler.manifest.on_the_fly import SOMETHING, place, rule_on_the_fly, said
from reconciler.manifest.wording import quoted

NOBODY: Final = frozenset({"", "none"})
"""How null is written on a command line: nobody, or no subset."""

_RULE: Final = "selection"
_EVERYTHING: Final = "--project, --name, --id, …; every task there is: --name '*'"


@dataclass(frozen=True)
class Option:
    """One option, and where in a `select` its value goes."""

    flag: str
    path: tuple[str, ...]
    metavar: str
    help: str
    several: bool = True
    clearable: bool = False  # takes `none`

    @property
    def parameter(self) -> str:
        """What the command's function is told it by."""
        return "select_" + self.flag.removeprefix("--").replace("-", "_")


OPTIONS: Final = (
    Option("--id", ("id",), "ID", "Tasks by their ids."),
    Option("--project", ("project",), "NAME|ID", "Tasks of projects."),
    Option("--name", ("name",), "GLOB", "Tasks called like this; * and ? stand for anything.", several=False),
    Option("--name-regex", ("name_regex",), "REGEX", "The same, as a regular expression.", several=False),
    Option("--subset", ("subset",), "SUBSET", "Tasks of subsets; none: of no subset.", clearable=True),
    Option("--status", ("status",), "STATUS", "annotation, validation or completed."),
    Option("--owner", ("owner",), "USER", "Tasks of owners.", clearable=True),
    Option("--assignee", ("assignee",), "USER", "Tasks of assignees; none: of nobody.", clearable=True),
    Option("--label", ("labels",), "LABEL", "Tasks with any of these labels."),
    Option("--created-after", ("created", "after"), "DATE", "Tasks made since then.", several=False),
    Option("--created-before", ("created", "before"), "DATE", "Tasks made before then.", several=False),
    Option("--updated-after", ("updated", "after"), "DATE", "Tasks changed since then.", several=False),
    Option("--updated-before", ("updated", "before"), "DATE", "Tasks not changed since then.", several=False),
    Option("--job-stage", ("job", "stage"), "STAGE", "Tasks with jobs in annotation, validation or acceptance."),
    Option("--job-state", ("job", "state"), "STATE", "… that are new, in progress, completed or rejected."),
    Option("--job-assignee", ("job", "assignee"), "USER", "… of somebody; none: of nobody.", clearable=True),
    Option("--job-type", ("job", "type"), "TYPE", "… of type annotation (if not said), ground_truth or replica."),
)
"""In the order of the help. All given conditions hold together; one that is repeated means any of its values."""


class Chosen:
    """What the options say."""

    def __init__(self, given: Mapping[str, Sequence[str] | None]) -> None:
        """`given`: values by `Option.parameter`, as they were typed."""
        self._given = [(one, list(given.get(one.parameter) or ())) for one in OPTIONS if given.get(one.parameter)]
        self._whole = rule_on_the_fly(_RULE, self.table, SOMETHING)

    @property
    def nothing(self) -> bool:
        """Whether no option was given."""
        return not self._given

    @property
    def table(self) -> Table:
        """A `select`, with the options as places."""
        tree: dict[str, Entry] = {}
        for one, values in self._given:
            node = _node(one, values)
            head, *rest = one.path
            if rest:
                inner = tree.get(head)
                others = cast("Table", inner.value).entries if inner else {}
                node = Table({**others, rest[0]: Entry(place(one.flag), node)}, place(one.flag))
            tree[head] = Entry(tree[head].key if head in tree else place(one.flag), node)
        return Table(tree, place(""))

    @property
    def words(self) -> list[str]:
        """The options again, as they could be typed."""
        return [word for one, values in self._given for value in values for word in (one.flag, value)]

    def at(self, *path: str | int) -> Location | None:
        """The option that a part of the selector comes from."""
        where = Locations(self._whole).at("rules", _RULE, "select", *path)
        return where if where is not None and where.file else None

    def problems(self) -> Iterator[Problem]:
        """What is wrong before any value is looked at: nothing chosen, said twice, not text."""
        if self.nothing:
            yield Problem("an empty selection is not all", hint=_EVERYTHING)
        for one, values in self._given:
            if not one.several and len(values) > 1:
                hint = "one pattern can stand for several: --name-regex 'this|that'" if "name" in one.flag else None
                yield Problem("is given twice", place(one.flag), hint)
            yield from (not_text for value in values for not_text in unreadable(value, one.flag))

    def selector(self) -> Selector:
        """The selector.

        Raises:
            ManifestError: what is wrong with it, all of it, option by option; nothing was chosen.
        """
        problems = list(self.problems())
        try:
            manifest = None if self.nothing else Manifest.model_validate(plain(self._whole))
        except ValidationError as error:
            raise ManifestError([*problems, *explained(error, Locations(self._whole))]) from None
        if manifest is None or problems:
            raise ManifestError(problems)
        return manifest.rules[_RULE].select


def selecting(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all selection options. It gets what they say as its argument `chosen`."""
    signature = inspect.signature(command, eval_str=True)
    named = inspect.Parameter.KEYWORD_ONLY  # so that one without a default may stand after one with
    own = [one.replace(kind=named) for name, one in signature.parameters.items() if name != "chosen"]
    arguments = [one for one in own if _is_argument(one)]
    parameters = [*arguments, *map(_parameter, OPTIONS), *(one for one in own if one not in arguments)]

    @functools.wraps(command)
    def called(**given: object) -> None:
        mine = {one.parameter: cast("Sequence[str] | None", given.pop(one.parameter, None)) for one in OPTIONS}
        command(chosen=Chosen(mine), **given)

    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    return called


def unreadable(value: str, option: str) -> Iterator[Problem]:
    """A value that is no text, and that no server can be asked about."""
    if "\0" in value:
        yield Problem(f"a NUL character in {quoted(value)}", place(option))
    elif any("\ud800" <= char <= "\udfff" for char in value):
        yield Problem(f"{quoted(value)} is not UTF-8 text", place(option))


def projects_meant(given: Sequence[str]) -> list[ProjectRef]:
    """The projects that `--project` options mean, where nothing else is selected by. Raises ManifestError."""
    if not given:
        return []
    return list(Chosen({"select_project": given}).selector().project or ())


def _node(one: Option, values: Sequence[str]) -> Node:
    where = place(one.flag)
    nodes = [_value(one, value, where) for value in values]
    return nodes[-1] if len(nodes) == 1 or not one.several else Items(tuple(nodes), where)


def _value(one: Option, value: str, where: Location) -> Node:
    if one.path == ("project",):
        number = _number(value)
        given = said(value, one.flag) if number is None else said(number, one.flag)
        return Table({"name" if number is None else "id": given}, where)
    if one.path == ("id",) and (number := _number(value)) is not None:
        return Scalar(number, value, where)
    return Scalar(None if one.clearable and value in NOBODY else value, value, where)


def _number(text: str) -> int | None:
    """The number that plain digits are; not one that no id can be."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _parameter(one: Option) -> inspect.Parameter:
    text = f"{one.help} Repeatable." if one.several else one.help
    option = typer.Option(one.flag, metavar=one.metavar, help=text, rich_help_panel="Which tasks", show_default=False)
    annotation = Annotated[list[str] | None, option]
    return inspect.Parameter(one.parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _is_argument(parameter: inspect.Parameter) -> bool:
    metadata = getattr(parameter.annotation, "__metadata__", ())
    return any(isinstance(one, typer.models.ArgumentInfo) for one in metadata)
