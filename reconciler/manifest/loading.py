"""`load`: from files, folders and standard input to one checked manifest, all that is wrong reported at once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, cast

from pydantic import JsonValue, ValidationError

from reconciler.errors import Location, ManifestError, Problem
from reconciler.manifest.checks import checked
from reconciler.manifest.explaining import explained
from reconciler.manifest.file_checks import file_problems
from reconciler.manifest.fingerprints import fingerprints
from reconciler.manifest.gathering import Gathered, Gathering
from reconciler.manifest.locations import Locations
from reconciler.manifest.merging import merged
from reconciler.manifest.models import Manifest
from reconciler.manifest.nodes import Entry, Scalar, Table, plain
from reconciler.manifest.paths import from_here
from reconciler.manifest.salvage import Salvage
from reconciler.manifest.variables import Variables
from reconciler.manifest.written_down import WrittenDown, doubles, says_one_organization


@dataclass(frozen=True)
class LoadedManifest:
    """A manifest that holds together, where each value stands, and what identifies it."""

    manifest: Manifest
    locations: Locations = field(repr=False, compare=False)
    sources: tuple[str, ...]
    digest: str
    """sha256 of the resolved content and of `files`: which file says what, comments, order and formatting do not
    matter."""
    document: dict[str, JsonValue] = field(repr=False)
    """The resolved content as JSON: `Manifest.model_validate(document)` gives the manifest back."""
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What guides, annotations and data hold: a digest by path, of large ones the size (`manifest.fingerprints`)."""
    warnings: tuple[Problem, ...] = ()


class UnsoundManifestError(ManifestError):
    """It does not hold together. `written` is what could be read."""

    def __init__(self, problems: Iterable[Problem], written: WrittenDown, sources: Sequence[str]) -> None:
        super().__init__(in_order(problems))
        self.written = written
        self.sources = tuple(sources)

    def also(self, problems: Iterable[Problem]) -> UnsoundManifestError:
        """The same, with more that is wrong."""
        return UnsoundManifestError([*self.problems, *problems], self.written, self.sources)


def load(
    sources: Sequence[str | Path], *, environ: Mapping[str, str] | None = None, stdin: TextIO | None = None
) -> LoadedManifest:
    """Read, merge, resolve and check. Raises ManifestError with every problem found, warnings among them.

    A source is a file, a folder (its *.yaml and *.yml, not those of folders below it) or `-` for standard input.
    """
    problems: list[Problem] = []
    environ = os.environ if environ is None else environ
    names = tuple(str(source) for source in sources)
    gathered = Gathering(environ, stdin, problems).gather(names)
    if not names:
        problems.append(Problem("no manifest is given", hint="name a file, a folder, or - for standard input"))
    if not gathered.tables:
        raise ManifestError(in_order(problems))
    return from_written(_written(gathered, environ, problems), names, problems)


def from_tree(root: Table, sources: Sequence[str], problems: Sequence[Problem] = ()) -> LoadedManifest:
    """A manifest from what was read: resolved, with the places of its values. `problems` are those found by then.

    Raises:
        UnsoundManifestError: it does not hold together; with every problem found.
    """
    return from_written(WrittenDown(root), sources, problems)


def from_written(written: WrittenDown, sources: Sequence[str], problems: Sequence[Problem] = ()) -> LoadedManifest:
    """The same, of all that was read. What is not whole is checked block by block: the rest hangs on what is missing.

    Raises:
        UnsoundManifestError: it does not hold together, or is not whole; with every problem found.
    """
    problems, locations = list(problems), Locations(written.root)
    manifest = _of_blocks(written.root, problems)
    for double in written.doubles:
        _of_blocks(double, problems)
    if manifest is not None and written.is_whole:
        problems += checked(manifest, locations)
    if manifest is None or not written.is_whole or any(problem.severity == "error" for problem in problems):
        raise UnsoundManifestError(problems, written, sources)
    return _loaded(manifest, tuple(sources), locations, tuple(in_order(problems)))


def _of_blocks(root: Table, problems: list[Problem]) -> Manifest | None:
    """The manifest, as far as it fits the format. What is wrong with its blocks, each by itself, goes to `problems`."""
    locations = Locations(root)
    manifest, wrong = _validated(_with_version(root), locations)
    problems += [*wrong, *(file_problems(manifest, locations) if manifest is not None else ())]
    return manifest


def from_document(document: Mapping[str, JsonValue], sources: Sequence[str] = ()) -> LoadedManifest:
    """A manifest from its resolved content, such as a saved plan carries. Nothing in it has a place.

    Its files are not looked for: whoever needs one says if it is gone.
    """
    locations = Locations()
    try:
        manifest = Manifest.model_validate(document)
    except ValidationError as error:
        raise ManifestError(explained(error, locations)) from None
    problems = checked(manifest, locations)
    if any(problem.severity == "error" for problem in problems):
        raise ManifestError(problems)
    return _loaded(manifest, tuple(sources), locations, tuple(problems))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, by file and line; those without a place first."""
    nowhere = Location("", 0, 0)
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.where or nowhere)


def _loaded(
    manifest: Manifest, sources: tuple[str, ...], locations: Locations, warnings: tuple[Problem, ...]
) -> LoadedManifest:
    document = cast("dict[str, JsonValue]", manifest.model_dump(mode="json", by_alias=True, exclude_unset=True))
    files = fingerprints(manifest)
    whole = {**document, "files of the manifest": files} if files else document
    canonical = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = f"sha256:{hashlib.sha256(canonical.encode(errors='surrogatepass')).hexdigest()}"
    return LoadedManifest(manifest, locations, sources, digest, document, files, warnings)


def _written(gathered: Gathered, environ: Mapping[str, str], problems: list[Problem]) -> WrittenDown:
    """All files as one, without variables: their values in place, their definitions gone."""
    whole = merged(gathered.tables, problems)
    definitions = whole.entries.get("vars")
    if definitions is not None and not isinstance(definitions.value, Table):
        problems.append(Problem("`vars` is a mapping (`name: value`)", definitions.key))
        definitions = None
    table = definitions.value if definitions and isinstance(definitions.value, Table) else None
    variables = Variables(table, environ, problems, are_all_there=gathered.is_whole)
    variables.resolve_all_definitions()
    entries = {key: entry for key, entry in whole.entries.items() if key != "vars"}
    read = [Table(entries, whole.where), *doubles(gathered.tables)]
    resolved = [cast("Table", variables.resolve(table)) for table in read]
    if sum(table.size for table in resolved) > 20 * sum(table.size for table in (whole, *read[1:])) + 10_000:
        what = "its variables repeat each other into something far too large"
        raise ManifestError([*problems, Problem(what, whole.where)])
    root, *others = (from_here(table, gathered.folders) for table in resolved)
    return WrittenDown(root, tuple(others), gathered.is_whole, says_one_organization(gathered.tables))


def _validated(root: Table, locations: Locations) -> tuple[Manifest | None, list[Problem]]:
    """The manifest, or as much of it as fits the format, so that the rest can be checked in the same go."""
    wrong: list[Problem] = []
    salvage = Salvage(root)
    while True:
        try:
            return Manifest.model_validate(plain(salvage.root)), wrong
        except ValidationError as error:
            wrong += [] if wrong else explained(error, locations)
            if not salvage.leave_out([detail["loc"] for detail in error.errors(include_url=False)]):
                return None, wrong


def _with_version(root: Table) -> Table:
    """Where no file says the version, that was reported for each file, and is not an error of the whole as well."""
    if "version" in root.entries:
        return root
    return Table({**root.entries, "version": Entry(root.where, Scalar(1, "1", root.where))}, root.where)
