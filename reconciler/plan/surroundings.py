"""What a plan is made against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from packaging.version import Version

from reconciler.cvat.capabilities import Capabilities
from reconciler.cvat.paging import OnPage
from reconciler.history.bindings import Bindings
from reconciler.history.model import Ledger
from reconciler.history.priorities import UsedFormats
from reconciler.plan.model import ServerRef
from reconciler.plan.observing import Begun, NothingBegun, Observed, People

_ANY_SERVER: Final = Capabilities.of(Version("0"))


@dataclass(frozen=True)
class Surroundings:
    """What a plan is made against: the server as it is read, who can be assigned, what was applied before."""

    server: Observed
    people: People
    ref: ServerRef
    capabilities: Capabilities = _ANY_SERVER
    ledger: Ledger = field(default_factory=Ledger)
    bindings: Bindings = field(default_factory=Bindings)
    annotators: Callable[[], Mapping[int, str]] = dict
    """By job, who is recorded to have annotated it; asked only where it matters."""
    begun: Begun = field(default_factory=NothingBegun)
    priorities: UsedFormats = field(default_factory=UsedFormats)
    told: OnPage = lambda *_: None
    """Told how the reading of annotations gets on; lists tell it themselves."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
