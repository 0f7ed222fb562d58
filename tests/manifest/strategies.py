"""Random manifests that hold together, as plain values."""

from __future__ import annotations

from hypothesis import strategies as st

names = st.text("abcXYZ019_.-", min_size=1, max_size=8).filter(lambda name: name[0] not in "_.-")
words = st.text(min_size=1, max_size=12).map(str.strip).filter(bool).filter(str.isprintable)
fields = st.fixed_dictionaries(
    {},
    optional={
        "subset": st.none() | words,
        "bug_tracker": st.none() | words,
        "assignee": st.none() | words,
        "owner": words,
        "jobs": st.fixed_dictionaries(
            {"stage": st.sampled_from(["annotation", "acceptance"])}, optional={"assignee": st.none() | words}
        ),
    },
)
selects = st.fixed_dictionaries(
    {"name": st.just("*")},
    optional={
        "owner": st.none() | words | st.lists(st.none() | words, min_size=1, max_size=3),
        "size": st.integers(0, 99) | st.fixed_dictionaries({"min": st.integers(0, 9)}),
        "created": st.fixed_dictionaries({"after": st.dates().map(str)}),
        "project": words | st.fixed_dictionaries({"id": st.integers(1, 99)}),
        "not": st.fixed_dictionaries({"subset": st.none() | words}),
    },
)
manifests = st.fixed_dictionaries(
    {
        "tasks": st.dictionaries(names, fields, max_size=4).map(
            lambda tasks: {key: {"id": n, **task} for n, (key, task) in enumerate(tasks.items(), 1)}
        ),
        "rules": st.dictionaries(
            names,
            st.fixed_dictionaries(
                {"mode": st.just("once"), "select": selects, "set": fields.map(lambda f: {**f, "owner": "x"})}
            ),
            max_size=1,
        ),
    }
)
