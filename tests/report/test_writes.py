from __future__ import annotations

from reconciler.history.model import WriteOutcome
from reconciler.report.writes import NO_ANSWER, Tally, changed, fields_of, object_phrase, said, settled

from .plans import records, reopening


def test_the_last_word_on_each_write_counts() -> None:
    log = records(reopening(1, 3), {1656: (WriteOutcome.STARTED, None, None), 1657: (WriteOutcome.FAILED, 403, "no")})
    writes = settled(log)
    assert [each.outcome for each in writes] == [WriteOutcome.WRITTEN, WriteOutcome.UNKNOWN, WriteOutcome.FAILED]
    assert writes[1].message == NO_ANSWER
    assert changed(writes) == Tally(tasks=1, jobs=1)


def test_only_moved_fields_are_shown() -> None:
    (record,) = settled(records(reopening(1, 1)))
    kept = record.fields[0].model_copy(update={"after": record.fields[0].before})
    assert [each.path for each in fields_of(record.model_copy(update={"fields": (kept, record.fields[1])}))] == [
        ("state",)
    ]


def test_object_phrases() -> None:
    assert object_phrase("task", [42], 42, {42: "batch"}) == "task 42 batch"
    assert object_phrase("job", [5, 6], 42, {}) == "jobs 5, 6 of task 42"


def test_the_status_is_told_once() -> None:
    (record,) = records(reopening(1, 1), {1655: (WriteOutcome.SKIPPED, 403, "You may not.")})
    assert said(record) == "HTTP 403: You may not."
    message = "task 31 cannot be changed (403): You may not."
    assert said(record.model_copy(update={"message": message})) == message
    assert said(record.model_copy(update={"message": None})) == "HTTP 403"
    assert said(record.model_copy(update={"status": None})) == "You may not."
