"""Lists: filters, search, order and pages, all in the database."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from reconciler.sandbox import json_logic
from reconciler.sandbox.answers import Answer, as_json, invalid, refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc, from_text, to_text
from reconciler.sandbox.terms import Listing, listing_of
from reconciler.sandbox.versions import renamed_job, renamed_settings, renamed_task

_PAGE = 10
_EVERYTHING = 2**31


def listed(call: Call, table: str, visible: Condition) -> Answer:
    """Answer a list of what is visible."""
    listing = listing_of(table, call.version)
    wanted = visible.also(_simple(call, listing)).also(_search(call, listing))
    if rules := call.query.get("filter"):
        wanted = wanted.also(json_logic.condition(json_logic.parse(rules), listing.terms))
    count = call.store.value(f"SELECT count(*) FROM {table} WHERE {wanted.sql}", wanted.values)  # noqa: S608
    size = _page_size(call)
    page = _page(call, count, size)
    texts = _texts(call, listing, wanted, size, (page - 1) * size)
    ahead = _link(call, page + 1) if count > page * size else "null"
    behind = _link(call, page - 1) if page > 1 else "null"
    return Answer(text=f'{{"count":{count},"next":{ahead},"previous":{behind},"results":[{",".join(texts)}]}}')


def page_of(call: Call, docs: list[Doc]) -> Answer:
    """Answer a page of a list that is not in the database's tables."""
    size = _page_size(call)
    page = _page(call, len(docs), size)
    first = (page - 1) * size
    ahead = call.origin + call.path + _query(call, page + 1) if len(docs) > page * size else None
    behind = call.origin + call.path + _query(call, page - 1) if page > 1 else None
    return as_json({"count": len(docs), "next": ahead, "previous": behind, "results": docs[first : first + size]})


def _texts(call: Call, listing: Listing, wanted: Condition, size: int, offset: int) -> list[str]:
    table = listing.table
    columns, shape = _shape(call, table)
    sql = (
        f"SELECT {columns} FROM {table} WHERE {wanted.sql}"  # noqa: S608 - the values are bound
        f" ORDER BY {_order(call, listing)} LIMIT ? OFFSET ?"
    )
    rows = call.store.rows(sql, [*wanted.values, size, offset])
    return [shape(row) for row in rows] if shape else [row[0] for row in rows]


def _shape(call: Call, table: str) -> tuple[str, Any]:
    terms = listing_of(table, call.version).terms
    if call.version.renamed and table == "jobs":
        columns = f"doc, {terms['task_name'].sql}, {terms['project_name'].sql}"
        return columns, lambda row: to_text(renamed_job(from_text(row[0]), row[1], row[2]))
    if call.version.renamed and table == "tasks":
        columns = f"doc, {terms['project_name'].sql}, replicas"
        return columns, lambda row: to_text(renamed_task(from_text(row[0]), row[1], row[2]))
    if call.version.renamed and table == "quality_settings":
        return "doc", lambda row: to_text(renamed_settings(from_text(row[0])))
    return "doc", None


def single(call: Call, table: str, key: int, status: int = 200) -> Answer:
    """Answer one object, as its list would give it."""
    call.store.get(table, key)
    wanted = Condition("id = ?", [key])
    [text] = _texts(call, listing_of(table, call.version), wanted, 1, 0)
    return Answer(status, text)


def created(call: Call, table: str, key: int) -> Answer:
    """Answer 201 with an object and where it is."""
    answer = single(call, table, key, 201)
    answer.headers["Location"] = f"{call.origin}/api/{table}/{key}"
    return answer


def _simple(call: Call, listing: Listing) -> Condition:
    found = Condition()
    for name in listing.simple:
        if name in call.query:
            term = listing.terms[name]
            try:
                value = json_logic.converted(call.query[name], term.kind)
            except ValueError:
                # 400 is known from CVAT 2.54 (`task_id=1,2`); its wording is not.
                raise invalid(f"Invalid value for the '{name}' parameter") from None
            found = found.also(Condition(f"coalesce({term.sql} = ?, 0)", [value]))
    return found


def _search(call: Call, listing: Listing) -> Condition:
    found = Condition()
    for word in call.query.get("search", "").replace(",", " ").split():
        columns = [f"coalesce({listing.terms[name].sql}, '')" for name in listing.search]
        sql = " OR ".join(f"instr(lower({column}), lower(?)) > 0" for column in columns)
        found = found.also(Condition(sql, [word] * len(columns)))
    return found


def _order(call: Call, listing: Listing) -> str:
    # Unknown names are ignored; if none is left, the usual order holds (recorded from CVAT 2.54.1).
    asked = [name.strip() for name in call.query.get("sort", "").split(",")]
    names = [name for name in asked if name.lstrip("-") in listing.sortable] or [listing.order]
    parts = []
    for name in names:
        term = listing.terms.get(name.lstrip("-"))
        column = term.sql if term else name.lstrip("-")
        # PostgreSQL puts null last, and first when the order is reversed.
        parts.append(f"{column} DESC NULLS FIRST" if name.startswith("-") else f"{column} ASC NULLS LAST")
    return ", ".join([*parts, "id"])


def _page_size(call: Call) -> int:
    asked = call.query.get("page_size", "")
    largest = call.version.largest_page
    if asked == "all":
        if largest:
            # The newer server's 400 is known; its wording is not.
            raise refuse(400, {"page_size": ["A valid integer is required."]})
        return _EVERYTHING
    try:
        size = int(asked)
    except ValueError:
        size = 0
    if size <= 0:
        return _PAGE
    return min(size, largest or _EVERYTHING)


def _page(call: Call, count: int, size: int) -> int:
    asked = call.query.get("page", "1")
    pages = max(1, -(-count // size))
    if asked == "last":
        return pages
    if not asked.isdigit() or not 1 <= int(asked) <= pages:
        raise refuse(404, {"detail": "Invalid page."})
    return int(asked)


def _link(call: Call, page: int) -> str:
    return to_text(f"{call.origin}{call.path}{_query(call, page)}")


def _query(call: Call, page: int) -> str:
    query = {name: value for name, value in call.query.items() if name != "page"}
    if page > 1:
        query["page"] = str(page)
    text = urlencode(sorted(query.items()))
    return f"?{text}" if text else ""
