"""Which tasks, on the command line: the words of a rule's `select` as options, the same in every command that selects.

What is written becomes the same tree that YAML becomes, with the option as the place of each value. So the same models
check it, and whatever is wrong, here or once the server is asked, is told with the option that it stands in.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Final, cast

import typer
from pydantic import ValidationError

from reconciler.cli.select_text import merged, nested, read_select
from reconciler.cli.selection_options import OPTIONS, SELECT, Option, Typed, unreadable
from reconciler.errors import Location, ManifestError, Problem
from reconciler.manifest.explaining import explained
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest, Selector
from reconciler.manifest.nodes import Table, plain
from reconciler.manifest.on_the_fly import PRIORITY_FORMAT, SOMETHING, place, rule_on_the_fly
from reconciler.manifest.priority_format import PriorityFormat

_RULE: Final = "selection"
_EVERYTHING: Final = "--project, --name, --id, …; every task there is: --name '*'"
_FORMAT: Final = "priority_format"


class Chosen:
    """What the options say."""

    def __init__(self, given: Mapping[str, Sequence[str] | None], *, priority_format: str | None = None) -> None:
        """`given`: values by `Option.parameter`, as they were typed. `priority_format`: how names show priorities."""
        self._given = [(one, list(given.get(one.parameter) or ())) for one in OPTIONS if given.get(one.parameter)]
        self.priority_format = priority_format
        self._problems: list[Problem] = []
        self._typed: dict[Option, list[Typed]] = {
            one: [(value, place(one.flag)) for value in values] for one, values in self._given if one is not SELECT
        }
        self.table = self._read()
        # Always, or it would count as applied where a rule of a manifest is called so, and has been.
        self.tree = rule_on_the_fly(_RULE, self.table, SOMETHING, mode="always", priority_format=priority_format)
        """A manifest whose one rule selects this."""

    @property
    def nothing(self) -> bool:
        """Whether no option was given."""
        return not self._given

    def _read(self) -> Table:
        """A `select`, with the options as places."""
        tables: list[Table] = []
        for text in (text for one, texts in self._given if one is SELECT for text in texts):
            read = read_select(text, self._problems)
            if isinstance(read, Table):
                tables.append(read)
            elif read is not None:
                self._typed.setdefault(read[0], []).append(read[1])
        by_option = [nested(one.path, one.node(values)) for one, values in self._typed.items()]
        return merged([*by_option, *tables], self._problems)

    @property
    def words(self) -> list[str]:
        """The options again, as they could be typed."""
        typed = [word for one, values in self._given for value in values for word in (one.flag, value)]
        return typed + ([PRIORITY_FORMAT, self.priority_format] if self.priority_format is not None else [])

    @property
    def shown(self) -> PriorityFormat | None:
        """The format that was given. Ask `selector` first: it says whether it is one."""
        return PriorityFormat(self.priority_format) if self.priority_format is not None else None

    def at(self, *path: str | int) -> Location | None:
        """The option that a part of the selector comes from."""
        where = Locations(self.tree).at("rules", _RULE, "select", *path)
        return where if where is not None and where.file else None

    def problems(self) -> Iterator[Problem]:
        """What is wrong before any value is looked at: nothing chosen, said twice, not text."""
        if self.nothing:
            yield Problem("an empty selection is not all", hint=_EVERYTHING)
        yield from self._problems
        for one, typed in self._typed.items():
            if not one.several and len(typed) > 1:
                hint = "one pattern can stand for several: --name-regex 'this|that'" if "name" in one.flag else None
                yield Problem("is given twice", typed[-1][1], hint)
            yield from (not_text for value, where in typed for not_text in unreadable(value, where.file))

    def selector(self) -> Selector:
        """The selector.

        Raises:
            ManifestError: what is wrong with it, all of it, option by option; nothing was chosen.
        """
        problems = list(self.problems())
        try:
            manifest = Manifest.model_validate(plain(self.tree)) if self.table.entries else None
        except ValidationError as error:
            raise ManifestError([*problems, *explained(error, Locations(self.tree))]) from None
        if manifest is None or problems:
            raise ManifestError(problems)
        return manifest.rules[_RULE].select


def selecting(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all selection options. It gets what they say as its argument `chosen`."""
    signature = inspect.signature(command, eval_str=True)
    named = inspect.Parameter.KEYWORD_ONLY  # so that one without a default may stand after one with
    own = [one.replace(kind=named) for name, one in signature.parameters.items() if name != "chosen"]
    arguments = [one for one in own if _is_argument(one)]
    selection = [*map(_parameter, OPTIONS), _format_parameter()]
    parameters = [*arguments, *selection, *(one for one in own if one not in arguments)]

    @functools.wraps(command)
    def called(**given: object) -> None:
        mine = {one.parameter: cast("Sequence[str] | None", given.pop(one.parameter, None)) for one in OPTIONS}
        shown = cast("str | None", given.pop(_FORMAT, None))
        command(chosen=Chosen(mine, priority_format=shown), **given)

    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    return called


def _parameter(one: Option) -> inspect.Parameter:
    text = f"{one.help} Repeatable." if one.several else one.help
    option = typer.Option(one.flag, metavar=one.metavar, help=text, rich_help_panel="Which tasks", show_default=False)
    annotation = Annotated[list[str] | None, option]
    return inspect.Parameter(one.parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _format_parameter() -> inspect.Parameter:
    text = "How names show priorities; left out: as they were last shown here."
    option = typer.Option(
        PRIORITY_FORMAT, metavar="FORMAT", help=text, rich_help_panel="Which tasks", show_default=False
    )
    annotation = Annotated[str | None, option]
    return inspect.Parameter(_FORMAT, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _is_argument(parameter: inspect.Parameter) -> bool:
    metadata = getattr(parameter.annotation, "__metadata__", ())
    return any(isinstance(one, typer.models.ArgumentInfo) for one in metadata)
