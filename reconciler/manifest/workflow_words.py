"""CVAT's own words for where work stands (FACTS §2)."""

from __future__ import annotations

from typing import Literal

TaskStatus = Literal["annotation", "validation", "completed"]
Stage = Literal["annotation", "validation", "acceptance"]
State = Literal["new", "in progress", "completed", "rejected"]
JobType = Literal["annotation", "ground_truth", "consensus_replica"]
