from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan.diff import differences

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
flat = st.dictionaries(st.sampled_from("abcd"), scalars)
nested = st.dictionaries(
    st.sampled_from("abcd"), scalars | st.dictionaries(st.sampled_from("xyz"), scalars, max_size=3)
)


def test_only_desired_fields_count_in_their_order() -> None:
    observed = {"name": "a", "subset": "Train", "status": "completed"}
    assert differences({"subset": "Val", "name": "b"}, observed) == [
        (("subset",), "Train", "Val"),
        (("name",), "a", "b"),
    ]


def test_an_absent_value_is_none() -> None:
    assert differences({"assignee": "bob"}, {}) == [(("assignee",), None, "bob")]
    assert differences({"assignee": None}, {"assignee": "bob"}) == [(("assignee",), "bob", None)]


def test_values_of_another_type_differ() -> None:
    assert differences({"a": "1"}, {"a": 1}) == [(("a",), 1, "1")]


@given(flat, flat)
def test_empty_exactly_if_equal_on_desired_keys(desired: dict[str, Any], observed: dict[str, Any]) -> None:
    equal = all(observed.get(key) == value for key, value in desired.items())
    assert (differences(desired, observed) == []) == equal


@given(nested, nested)
def test_applied_they_give_what_is_desired(desired: dict[str, Any], observed: dict[str, Any]) -> None:
    state: dict[str, Any] = {key: _copy(observed.get(key)) for key in desired}
    for path, before, after in differences(desired, observed):
        inner = state
        for part in path[:-1]:
            inner = inner[part]
        assert inner.get(path[-1]) == before
        inner[path[-1]] = after
    assert _without_nothing(state) == _without_nothing(desired)


def _copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value


def _without_nothing(value: Any) -> Any:
    """An absent value is None."""
    if isinstance(value, dict):
        return {key: _without_nothing(inner) for key, inner in value.items() if inner is not None}
    return value
