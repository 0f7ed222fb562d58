from __future__ import annotations

import json
from datetime import timedelta

from reconciler.history.model import AuditRecord, Run
from reconciler.report.history_json import history_json, run_json

from .plans import RUN_ID, START, records, reopening, run


def test_runs_come_back_newest_last() -> None:
    newer = run(id="20261123-080000-77aa", started=START + timedelta(hours=16))
    document = json.loads(history_json([newer, run()]))
    assert document["format"] == "reconciler.history/1"
    assert [Run.model_validate(each) for each in document["runs"]] == [run(), newer]


def test_a_run_with_its_audit_log() -> None:
    log = records(reopening(1, 2))
    document = json.loads(run_json(run(), log))
    assert (document["format"], document["run"]["id"]) == ("reconciler.history-run/1", RUN_ID)
    assert [AuditRecord.model_validate(each) for each in document["audit"]] == log
