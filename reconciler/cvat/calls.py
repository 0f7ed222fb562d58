"""One call: a request of a session, what to say when it fails, and its answer as a model."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from reconciler.cvat.refusals import broken, not_cvat_json, refusal
from reconciler.cvat.session import Session
from reconciler.cvat.transport import Answer, NoAnswer, Query

_ModelT = TypeVar("_ModelT", bound=BaseModel)
_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


def call(
    session: Session,
    method: str,
    path: str,
    doing: str,
    *,
    query: Query | None = None,
    body: JsonValue = None,
    gzip: bool = False,
    accept: tuple[int, ...] = (),
    once: bool = False,
    patient: bool = False,
) -> Answer:
    """Send a request; `doing` says what failed ("task 42 cannot be deleted"), `accept` which refusals are none.

    The rest is as in `Transport.request`.

    Raises ServerError when the server refuses or fails (with its own words) or when no answer came (status 0).
    """
    try:
        answer = session.transport.request(method, path, query=query, body=body, gzip=gzip, once=once, patient=patient)
    except NoAnswer as failure:
        raise broken(doing, failure) from None
    if not answer.ok and answer.status not in accept:
        raise refusal(doing, answer)
    return answer


def as_model(model: type[_ModelT], answer: Answer, doing: str) -> _ModelT:
    """Read an answer's JSON. Raises ServerError when it is not what CVAT sends."""
    try:
        return model.model_validate_json(answer.body)
    except ValidationError:
        raise not_cvat_json(doing, answer) from None


def as_object(answer: Answer, doing: str) -> dict[str, JsonValue]:
    """Read an answer that is a JSON object, as it is. Raises ServerError when it is not."""
    try:
        value = _JSON.validate_json(answer.body)
    except ValidationError:
        raise not_cvat_json(doing, answer) from None
    if not isinstance(value, dict):
        raise not_cvat_json(doing, answer)
    return value
