"""`reconciler set`: change many tasks at once without a file. The options make a rule, and it goes the way of all."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from reconciler import operations
from reconciler.cli.carrying_out import CarryingOut
from reconciler.cli.loading import with_unknown_names
from reconciler.cli.options import (
    DEFAULT_STATE,
    Connecting,
    Format,
    Full,
    Parallelism,
    Profile,
    Rate,
    Showing,
    Shown,
    State,
    Yes,
)
from reconciler.cli.saving import check_can_save, save_manifest
from reconciler.cli.selecting import Chosen, selecting
from reconciler.cli.setting import Given
from reconciler.cli.settling import settle
from reconciler.cli.showing import say, show_plan, show_warnings, stderr
from reconciler.cvat.session import Session, connect
from reconciler.errors import ManifestError, PlanFileError, Problem, ReconcilerError
from reconciler.history.ledger import load_ledger
from reconciler.history.runs import load_plan
from reconciler.history.store import StateStore
from reconciler.manifest.jumping_back import is_jump_back
from reconciler.manifest.loading import LoadedManifest, UnsoundManifestError, from_document, from_tree
from reconciler.manifest.nodes import Plain, Table, plain
from reconciler.manifest.on_the_fly import AD_HOC, SOMETHING, name_of_rule, place, rule_on_the_fly, said
from reconciler.manifest.priority_format import EXAMPLE
from reconciler.manifest.selectors import asks_for_name, asks_for_priority
from reconciler.manifest.writing import as_yaml
from reconciler.manifest.written_down import WrittenDown
from reconciler.plan.model import Plan, RulePhase, RuleStanding
from reconciler.report.escape import terminal
from reconciler.report.progress import reading
from reconciler.snapshots.selecting import formats_shown, no_format
from reconciler.wording import counted

_LEAVE_OUT = "leave --always out: it takes what it finds now, and leaves alone what is finished later"
_EVERYTHING = Table({"name": said("*")}, place(""))


@selecting
def set_(
    chosen: Chosen,
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=VALUE",
            help="What they get: status, subset, assignee, owner, bug_tracker, priority, jobs.stage, jobs.state, "
            "jobs.assignee; none clears. Repeatable.",
        ),
    ] = None,
    once: Annotated[
        bool,
        typer.Option(
            "--once/--always",
            help="A rule that is applied once; or, saved, one that always holds: that may not undo people's work.",
        ),
    ] = True,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", dir_okay=False, help="Write it as a manifest, too.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --save overwrite a file.")] = False,
    go_on_with: Annotated[
        str | None, typer.Option("--continue", metavar="RUN", help="Finish what a run of `set` has left to do.")
    ] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    parallelism: Parallelism = 4,
    shown: Shown = Format.TEXT,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Change many tasks at once, without a manifest: what matches now, once. Shows the plan and asks, like apply."""
    carrying = CarryingOut(StateStore(state), Showing(shown, full), yes, parallelism)
    connecting = Connecting(profile, rate)
    if go_on_with is not None:
        if fields or save or not once or not chosen.nothing:
            raise ReconcilerError("--continue stands alone", hint="what it does was said when the run began")
        raise typer.Exit(_continue(go_on_with, connecting, carrying, dry_run=dry_run))
    try:
        rule = _Rule(chosen, Given(fields or []), once=once, saved=save is not None)
    except UnsoundManifestError as wrong:
        raise with_unknown_names(wrong, connecting, carrying.store) from None
    if save is not None:
        check_can_save(save, force=force)
    with connect(profile=profile, rate=rate) as session:
        settle(session, carrying.store, only_told=dry_run)
        loaded = rule.loaded(session, carrying.store)
        show_warnings(loaded)
        planned = _planned(loaded, session, carrying)
        if save is not None:
            save_manifest(save, rule.text(session, carrying.store), force=force)
            say(f"Saved to {save}. Apply it with: reconciler apply {shlex.quote(str(save))}")
        raise typer.Exit(_carry_out(planned, session, carrying, dry_run=dry_run))


class _Rule:
    """The rule that the options make. All that is wrong with them is told at once."""

    def __init__(self, chosen: Chosen, given: Given, *, once: bool, saved: bool) -> None:
        problems = [*chosen.problems(), *given.problems]
        if not once and not saved:
            problems.append(
                Problem("is for a rule that is saved", place("--always"), "add --save FILE, or leave it out")
            )
        self._format = chosen.priority_format
        self._mode: Literal["once", "always"] = "once" if once else "always"
        self._select, self._fields = chosen.table, given.table
        self._name = name_of_rule(self._select, self._fields)
        self._command = shlex.join([*AD_HOC.split(), *chosen.words, *given.words, *([] if once else ["--always"])])
        select = self._select if self._select.entries else _EVERYTHING
        fields = self._fields if self._fields.entries else SOMETHING
        # Which format names have here, if it is not said, is known once it is known which server this is.
        tree = rule_on_the_fly(self._name, select, fields, mode=self._mode, priority_format=self._format or EXAMPLE)
        try:
            loaded = from_tree(tree, (self._command,), problems)
        except UnsoundManifestError as wrong:
            raise UnsoundManifestError(self._errors(wrong.problems), wrong.written, wrong.sources) from None
        if errors := self._errors(loaded.warnings):
            raise UnsoundManifestError(errors, WrittenDown(tree), (self._command,))
        rule = loaded.manifest.rules[self._name]
        self._needs_format = asks_for_priority(rule.select) or "priority" in rule.set.model_fields_set
        self._by_name = asks_for_name(rule.select)

    def _errors(self, problems: Iterable[Problem]) -> list[Problem]:
        """What stands in the way. No command makes a rule that sends finished work back, unawares or not."""
        is_whole = self._select.entries and self._fields.entries  # else it says what nobody has written
        back = [one for one in problems if is_whole and is_jump_back(one)]
        return [
            replace(one, severity="error", hint=_LEAVE_OUT) if one in back else one
            for one in problems
            if one in back or (one.severity == "error" and not is_jump_back(one))
        ]

    def tree(self, session: Session, store: StateStore) -> Table:
        """The manifest: in the session's organization, and at a revision that was never applied."""
        applied = [
            entry.revision
            for entry in load_ledger(store).entries
            if (entry.server, entry.organization) == (session.url, session.organization)
            and entry.address == f"rule.{self._name}"
        ]
        return rule_on_the_fly(
            self._name,
            self._select,
            self._fields,
            mode=self._mode,
            revision=max(applied, default=0) + 1 if self._mode == "once" else 1,
            organization=session.organization,
            priority_format=self._shown(session, store),
        )

    def _shown(self, session: Session, store: StateStore) -> str | None:
        """How names show priorities: as it is said, else, where that matters, as they are shown here.

        By a name, tasks are found without what this state folder knows of, so that a saved rule is to say it. Where
        names show priorities in several ways it says none: who asks for no priority does not expect them to be renamed.
        """
        if self._format is not None or not (self._needs_format or self._by_name):
            return self._format
        shown = formats_shown(session, store)
        if self._needs_format and not shown:
            option = "--priority" if "priority" in self._select.entries else "--set priority"
            raise ManifestError(list(no_format(place(option))))
        return shown[0].text if self._needs_format or len(shown) == 1 else None

    def loaded(self, session: Session, store: StateStore) -> LoadedManifest:
        return from_tree(self.tree(session, store), (self._command,))

    def text(self, session: Session, store: StateStore) -> str:
        """As a file, that says where it comes from."""
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        made_by = f"Saved on {today} for {session.url} by\n  {terminal(self._command)}"
        return as_yaml(cast("dict[str, Plain]", plain(self.tree(session, store))), made_by)


def _planned(loaded: LoadedManifest, session: Session, carrying: CarryingOut) -> Plan:
    with reading(stderr()) as on_page:
        planned = operations.plan(loaded, session, carrying.store, on_page=on_page)
    return planned.model_copy(update={"rules": tuple(map(_plainly, planned.rules))})


def _plainly(rule: RuleStanding) -> RuleStanding:
    """Told without the words for rules of manifests: nobody looks after a revision of this one."""
    if rule.phase is not RulePhase.FIRST:
        return rule
    return rule.model_copy(update={"note": f"selects {counted(len(rule.selected), 'task')}, once"})


def _carry_out(planned: Plan, session: Session, carrying: CarryingOut, *, dry_run: bool) -> int:
    if not dry_run and not planned.is_empty:
        return carrying.carry_out(planned, session)
    # Nothing is recorded of what found nothing to do: the same again, later, looks again.
    show_plan(planned, carrying.showing)
    if not any(rule.selected for rule in planned.rules):
        say("warning: no task is selected")
    return 0


def _continue(run: str, connecting: Connecting, carrying: CarryingOut, *, dry_run: bool) -> int:
    """The rule again as the run had it: the ledger knows what it selected then, and what of it is left."""
    recorded = operations.find_run(carrying.store, run)
    ref = load_plan(carrying.store, recorded.id).plan.manifest
    if ref is None or not any(source.startswith(f"{AD_HOC} ") for source in ref.sources):
        hint = "of others, apply the manifest again, or roll back the rollback"
        raise PlanFileError(f"run {recorded.id} is none of `{AD_HOC}`", hint=hint)
    loaded = from_document(ref.document, ref.sources)
    organization = recorded.server.organization
    with connect(organization=organization, profile=connecting.profile, rate=connecting.rate) as session:
        if session.url != recorded.server.url:
            what = f"run {recorded.id} was made on {recorded.server.url}, not on {session.url}"
            raise PlanFileError(what, hint="connect to that server")
        settle(session, carrying.store, only_told=dry_run)
        return _carry_out(_planned(loaded, session, carrying), session, carrying, dry_run=dry_run)
