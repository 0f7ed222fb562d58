"""cvat-reconciler: describe the state of CVAT's projects, tasks and jobs; plan, apply, prove, roll back.

The names below are the library: manifests, plans and runs. Files in and out are `reconciler.transfer`, copies of data
`reconciler.snapshots`, where the work stands `reconciler.overview`. The command line does nothing that these do not.
"""

from reconciler.apply.running import Outcome, Progress
from reconciler.cvat.session import Session, connect
from reconciler.errors import ReconcilerError
from reconciler.history.runs import runs
from reconciler.history.saved_plans import load_saved, save
from reconciler.history.store import StateStore
from reconciler.manifest.loading import LoadedManifest, load
from reconciler.operations import apply, connect_for, plan, plan_rollback, rollback
from reconciler.plan.model import Plan, SavedPlan

__all__ = [
    "LoadedManifest",
    "Outcome",
    "Plan",
    "Progress",
    "ReconcilerError",
    "SavedPlan",
    "Session",
    "StateStore",
    "apply",
    "connect",
    "connect_for",
    "load",
    "load_saved",
    "plan",
    "plan_rollback",
    "rollback",
    "runs",
    "save",
]
