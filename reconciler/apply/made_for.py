"""What a plan is made for: one server, one organization, one manifest. For anything else it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reconciler.cvat.session import Session
from reconciler.errors import ManifestError, PlanFileError
from reconciler.manifest.loading import load
from reconciler.plan.model import Plan, SavedPlan


def check_manifest_unchanged(saved: SavedPlan, sources: Iterable[str] = ()) -> None:
    """Refuse a saved plan whose manifest says something else now.

    Looks at `sources`, or else at the files that the plan was made from, as far as they are here.

    Raises:
        PlanFileError: the manifest changed; ManifestError: it cannot be read any more.
    """
    ref = saved.plan.manifest
    if ref is None:
        return
    given = tuple(sources)
    if not given and ("-" in ref.sources or not all(Path(source).exists() for source in ref.sources)):
        return
    try:
        now = load(given or ref.sources).digest
    except ManifestError as error:
        raise PlanFileError(
            f"the manifest this plan was made from is not valid any more:\n{error}", hint="mend it and plan again"
        ) from error
    if now != ref.digest:
        named = ", ".join(given or ref.sources)
        raise PlanFileError(
            f"the manifest ({named}, or a file or variable it uses) changed since this plan was made", hint="plan again"
        )


def check_made_for(planned: Plan, session: Session) -> None:
    """Refuse a plan that was made for another server or organization.

    Raises:
        PlanFileError: naming both.
    """
    for what, made_for, here, variable in (
        ("server", planned.server.url, session.url, "CVAT_HOST"),
        ("organization", planned.server.organization, session.organization, "CVAT_ORG"),
    ):
        if made_for != here:
            raise PlanFileError(
                f"this was made for the {what} {made_for!r}; you are connected to {here!r}",
                hint=f"set {variable}, or plan again here",
            )
