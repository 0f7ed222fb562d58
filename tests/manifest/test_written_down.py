from __future__ import annotations

import pytest

from reconciler.manifest.nodes import Plain, Table, plain
from reconciler.manifest.written_down import WrittenDown, doubles, says_one_organization
from reconciler.manifest.yaml_reading import read_yaml


def tables(*texts: str) -> list[Table]:
    found = [node for text in texts for node in read_yaml(text, "m.yaml", [])]
    return [node for node in found if isinstance(node, Table)]


@pytest.mark.parametrize(
    ("texts", "left_out"),
    [
        (["rules: {a: 1, b: 2}\ntasks: {a: 3}"], []),
        (["rules: {a: 1, b: 2, a: 3, a: 4}"], [{"rules": {"a": 3}}, {"rules": {"a": 4}}]),
        (["rules: {a: 1}\nrules: {a: 2, b: 3}"], [{"rules": {"a": 2}}, {"rules": {"b": 3}}]),
        (["rules: {a: 1}", "rules: {b: 2, a: 3}", "projects: {a: 4}"], [{"rules": {"a": 3}}]),
        (["vars: {a: 1, a: 2}\nsettings: {a: 1}\nsettings: {a: 2}\nrules: no\nrules: 5"], []),
    ],
    ids=["nothing", "in a section", "a section", "in files", "no blocks"],
)
def test_what_merging_leaves_out(texts: list[str], left_out: list[Plain]) -> None:
    assert [plain(table) for table in doubles(tables(*texts))] == left_out


def test_everything() -> None:
    root, double = tables("rules: {a: 1}", "rules: {a: 2}")
    assert WrittenDown(root, (double,)).tables == (root, double)


def test_one_organization_or_two() -> None:
    assert says_one_organization(tables("organization: a\norganization: a", "organization: a", "rules: {}"))
    assert says_one_organization(tables("rules: {}"))
    assert not says_one_organization(tables("organization: a\norganization: b"))
    assert not says_one_organization(tables("organization: a", "organization: 5"))
