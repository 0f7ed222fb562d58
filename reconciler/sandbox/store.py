"""The documents, in SQLite: in memory, or in a file that outlives the server."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.sandbox.answers import missing
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.links import Doc, from_text, to_text
from reconciler.sandbox.schema import TABLES, WITHOUT_DOCUMENTS, statements

_SCHEMA = "2"


class BrokenData(Exception):  # noqa: N818 - it says what is broken
    """A database that cannot be used: which file, and why."""


class Store:
    """Reads and writes documents. One connection, one writer at a time."""

    def __init__(self, path: Path | None = None) -> None:
        self.clock = Clock()
        self.lock = threading.RLock()
        # Autocommit: the transactions are written out, so that a refusal can undo a request's writes.
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise BrokenData(f"{path}: not a sandbox's database: {error}") from None

    def _prepare(self) -> None:
        self._db.execute("PRAGMA synchronous=OFF")
        if not self.value("SELECT count(*) FROM sqlite_master"):
            with self.transaction():
                for statement in statements():
                    self._db.execute(statement)
                self._db.execute("INSERT INTO settings VALUES ('schema', ?)", (_SCHEMA,))
        if self.setting("schema") != _SCHEMA:
            raise sqlite3.DatabaseError("it was made by another version of the sandbox")

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written inside, or nothing of it."""
        with self.lock:
            self._db.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Keep all that is written inside, or nothing of it, within a transaction that goes on."""
        self._db.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO attempt")
            raise
        finally:
            self._db.execute("RELEASE attempt")

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; give the number of rows it changed."""
        return self._db.execute(sql, values).rowcount

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Give the rows of a query."""
        return self._db.execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Give the first value of a query, or None."""
        row = self._db.execute(sql, values).fetchone()
        return row[0] if row else None

    def docs(self, table: str, where: str = "1", values: Sequence[Any] = ()) -> list[Doc]:
        """Give the documents of a table that fulfil a condition, by id."""
        sql = f"SELECT doc FROM {table} WHERE {where} ORDER BY id"  # noqa: S608 - names are our own
        return [from_text(text) for (text,) in self.rows(sql, values)]

    def find(self, table: str, key: Any, column: str = "id") -> Doc | None:
        """Give one document, or None."""
        text = self.value(f"SELECT doc FROM {table} WHERE {column} = ?", (key,))  # noqa: S608
        return from_text(text) if text else None

    def get(self, table: str, key: int) -> Doc:
        """Give one document, or refuse as the server does."""
        doc = self.find(table, key)
        if doc is None:
            raise missing(TABLES[table].model)
        return doc

    def insert(self, table: str, doc: Doc, **stored: Any) -> None:
        """Add a document, and what it does not show."""
        self.insert_all(table, [(doc, stored)])

    def insert_all(self, table: str, items: Iterable[tuple[Doc, Doc]]) -> None:
        """Add many documents, all with the same stored columns."""
        items = [(doc, {"id": doc["id"], **stored} if "id" in doc else stored) for doc, stored in items]
        if not items:
            return
        names = ["doc", *items[0][1]]
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        self._db.executemany(sql, [(to_text(doc), *stored.values()) for doc, stored in items])

    def save(self, table: str, doc: Doc) -> None:
        """Write a changed document."""
        self.execute(f"UPDATE {table} SET doc = ? WHERE id = ?", (to_text(doc), doc["id"]))  # noqa: S608

    def delete(self, table: str, where: str, values: Sequence[Any] = ()) -> int:
        """Delete the documents that fulfil a condition."""
        return self.execute(f"DELETE FROM {table} WHERE {where}", values)  # noqa: S608

    def next_id(self, sequence: str) -> int:
        """Give an id that was never given before, as the server's own database does."""
        return next(self.next_ids(sequence, 1))

    def next_ids(self, sequence: str, count: int) -> Iterator[int]:
        """Give so many ids that were never given before."""
        last = self.value(
            "INSERT INTO sequences VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2 RETURNING value",
            (sequence, count),
        )
        return iter(range(last - count + 1, last + 1))

    def ids_used(self, sequence: str, highest: int) -> None:
        """Let a sequence go on after the ids that were loaded."""
        self.execute(
            "INSERT INTO sequences VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
            (sequence, highest),
        )

    def clear(self) -> None:
        """Forget everything."""
        for table in [*TABLES, *WITHOUT_DOCUMENTS]:
            self.execute(f"DELETE FROM {table}")  # noqa: S608

    def setting(self, name: str) -> str | None:
        """Give a remembered setting of this database."""
        value = self.value("SELECT value FROM settings WHERE name = ?", (name,))
        return None if value is None else str(value)

    def remember(self, name: str, value: str) -> None:
        """Remember a setting of this database."""
        self.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))
