"""What a server can do, by its version. Where a version is unknown, the answer is the one that always works."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

CONNECTIONS = 4  # requests at once: more only queue (measured, FACTS §3)
PAGE_SIZE = 500  # 2.54 has no bound, newer servers cap at 500: this works on all of them (FACTS §3)
REPLICA_TYPES = frozenset({"consensus_replica", "replica"})  # the name in 2.54, and in 2.80 (FACTS §2)

_UNKNOWN = Version("0")
_V2_68 = Version("2.68")
_V2_80 = Version("2.80")


@dataclass(frozen=True)
class Capabilities:
    """Feature flags of one server.

    `filters_created_date`: `created_date` is a term in filters (2.54 answers 400). `page_size_cap`: the largest page,
    None for no bound. `replica_job_type`: what a job of a consensus replica is called.

    `deletes_attributes`: attributes can be removed from a label. `changes_sublabels`: what a skeleton's parts are like
    can be changed (both: CVAT, pull request 10596). `fixes_attributes`: what existing values rest on cannot be changed,
    which is an attribute's input type, whether it is mutable, a number's values, and choices that are there (pull
    request 10601; 2.54 takes any change). `knows_intervals`: labels of type interval, of audio (2.68's release notes).
    """

    filters_created_date: bool
    page_size_cap: int | None
    replica_job_type: str
    deletes_attributes: bool = False
    changes_sublabels: bool = False
    fixes_attributes: bool = False
    knows_intervals: bool = False

    @classmethod
    def of(cls, version: Version) -> Capabilities:
        """What this version can do. A development version counts as the one before its release."""
        new = version >= _V2_80
        return cls(
            filters_created_date=new,
            page_size_cap=500 if new else None,
            replica_job_type="replica" if new else "consensus_replica",
            deletes_attributes=new,
            changes_sublabels=new,
            fixes_attributes=new,
            knows_intervals=version >= _V2_68,
        )


def is_replica(job_type: str | None) -> bool:
    """Whether a job's type means a consensus replica, on any version."""
    return job_type in REPLICA_TYPES


def parse_version(text: str) -> Version:
    """Read a server's version; of one that is not a version ("2.54-custom") its leading numbers; else version 0."""
    try:
        return Version(text)
    except InvalidVersion:
        numbers = re.match(r"\D{0,3}(\d+(?:\.\d+)*)", text)
        return Version(numbers[1]) if numbers else _UNKNOWN
