"""What is said of priorities, and of people who had jobs before, that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Problem
from reconciler.manifest.jobs import JobFields, Previous
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest, Selector
from reconciler.manifest.priority_format import EXAMPLE, LONGEST_NAME, PriorityFormat
from reconciler.manifest.wording import quoted

Path = tuple[str | int, ...]


def priority_problems(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Priorities that no format shows, names and patterns that hold one, `{previous: annotator}` for nobody."""
    settings = manifest.settings.priority
    if settings is None:
        yield from _without_format(manifest, locations)
    else:
        yield from _names(manifest, locations, settings.shown)
        for key, rule in manifest.rules.items():
            yield from _pattern(rule.select, locations, settings.shown, ("rules", key, "select"))
    yield from _ignored(manifest, locations)
    yield from _nobody_before(manifest, locations)


def _without_format(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """CVAT has no field for it."""
    for path in _said(manifest):
        hint = f'write settings: {{priority: {{format: "{EXAMPLE}"}}}}'
        yield Problem("CVAT has no priorities, and no format says how names show them", locations.at(*path), hint)


def _said(manifest: Manifest) -> Iterator[Path]:
    for key, task in manifest.tasks.items():
        if "priority" in task.model_fields_set:
            yield "tasks", key, "priority"
    for key, rule in manifest.rules.items():
        if "priority" in rule.set.model_fields_set:
            yield "rules", key, "set", "priority"
        yield from _selected(rule.select, ("rules", key, "select"))
        if rule.assign is not None and rule.assign.order_by is not None:
            yield "rules", key, "assign", "order_by"


def _selected(selector: Selector, path: Path) -> Iterator[Path]:
    if selector.priority is not None:
        yield *path, "priority"
    if selector.not_ is not None:
        yield from _selected(selector.not_, (*path, "not"))


def _names(manifest: Manifest, locations: Locations, shown: PriorityFormat) -> Iterator[Problem]:
    for key, task in manifest.tasks.items():
        name = task.name or key
        where = locations.at("tasks", key, "name") if task.name else locations.key("tasks", key)
        priority, bare = shown.parse(name)
        if priority is not None:
            what = f"the name {quoted(name)} holds a priority, as `settings.priority.format` shows them"
            yield Problem(what, where, f"write `name: {bare}` and `priority: {priority}`")
        elif task.priority is not None and len(shown.apply(task.priority, name)) > LONGEST_NAME:
            what = f"with its priority this name is longer than CVAT's {LONGEST_NAME} characters"
            yield Problem(what, where, "shorten it")


def _pattern(selector: Selector, locations: Locations, shown: PriorityFormat, path: Path) -> Iterator[Problem]:
    """A pattern that somebody has copied from a name as CVAT shows it."""
    priority, bare = _read_literally(selector.name or "", shown)
    if priority is not None:
        what = f"{quoted(selector.name or '')} holds a priority, and names are matched without theirs"
        if "[" in (selector.name or "").replace("[[]", ""):
            what += "; what stands in [ ] is any one of those signs"
        hint = f'write `name: "{bare}"` and `priority: {priority}`'
        yield Problem(what, locations.at(*path, "name"), hint, "warning")
    if selector.not_ is not None:
        yield from _pattern(selector.not_, locations, shown, (*path, "not"))


def _read_literally(glob: str, shown: PriorityFormat) -> tuple[int | None, str]:
    """The priority in a pattern whose `*` may stand for a part of the format, too: `[P1]*`."""
    literal = glob.replace("[[]", "[")
    for text in (literal, literal.replace("*", " *", 1), "* ".join(literal.rsplit("*", 1))):
        if (found := shown.parse(text))[0] is not None:
            return found
    return None, glob


def _ignored(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    for key, task in manifest.tasks.items():
        if "priority" in task.model_fields_set and "name" in task.lifecycle.ignore:
            where = locations.at("tasks", key, "lifecycle", "ignore", task.lifecycle.ignore.index("name"))
            what = "`priority` is set here and the name, which shows it, is ignored: it will not be changed"
            yield Problem(what, where, "keep one of them", "warning")


def _nobody_before(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Whoever had a job is found job by job: by a rule that selects jobs."""
    hint = "write a username, or a rule that selects by `job`, such as `job: {state: rejected}`"
    for path in _previous(manifest):
        what = "{previous: annotator} is for the jobs that a rule selects by `job`"
        yield Problem(what, locations.at(*path, "assignee"), hint)


def _previous(manifest: Manifest) -> Iterator[Path]:
    for key, task in manifest.tasks.items():
        if _means_previous(task.jobs):
            yield "tasks", key, "jobs"
        for index, override in enumerate(task.job_overrides):
            if _means_previous(override):
                yield "tasks", key, "job_overrides", index
    for key, rule in manifest.rules.items():
        if _means_previous(rule.set.jobs) and rule.select.job is None:
            yield "rules", key, "set", "jobs"


def _means_previous(fields: JobFields | None) -> bool:
    return fields is not None and isinstance(fields.assignee, Previous)
