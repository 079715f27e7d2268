"""SQLite's full-text index: the awards are indexed in memory, then each search is a statement."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence

from tests.bench.peers.peer import own_peak
from tests.bench.shapes import Award, Filters, Pairs, Search

from tidings.searches.query import And, Not, Or, Phrase, Prefix, Query

AT_ONCE = 1_000
"""Searches whose pairs are handed over together."""

_TABLES = """
CREATE VIRTUAL TABLE texts USING fts5(body, content='', tokenize='ascii', detail=full);
CREATE TABLE awards(
    id INTEGER PRIMARY KEY, state TEXT, ic TEXT, activity TEXT, org INT, fy INT, amount INT
);
CREATE TABLE people(pi INT, award INT, PRIMARY KEY(pi, award)) WITHOUT ROWID;
"""

Statement = tuple[str, list[str | int]]


class SqliteFts:
    """Statements are made beforehand; SQLite compiles each of their few shapes once."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.executescript(_TABLES)
        self._statements: list[Statement] = []
        self._texts: list[tuple[int, str]] = []
        self._rows: list[tuple[int | str | None, ...]] = []
        self._people: list[tuple[int, int]] = []

    def load(self, searches: Sequence[Search]) -> None:
        """Make a statement for each search."""
        self._statements += map(_statement, searches)

    def take(self, awards: Sequence[Award]) -> None:
        """Make rows of the awards."""
        for number, one in enumerate(awards):
            self._texts.append((number, " ".join(one.words())))
            row = (number, one.state, one.ic, one.activity, one.org, one.fy, one.amount)
            self._rows.append(row)
            self._people += [(pi, number) for pi in one.pis]

    def match(self) -> Iterator[Pairs]:
        """Index the awards, then run every statement."""
        database = self._database
        database.executemany("INSERT INTO texts(rowid, body) VALUES (?, ?)", self._texts)
        database.executemany("INSERT INTO awards VALUES (?, ?, ?, ?, ?, ?, ?)", self._rows)
        database.executemany("INSERT INTO people VALUES (?, ?)", self._people)
        database.execute("CREATE INDEX awards_by_org ON awards(org)")
        database.commit()
        for start in range(0, len(self._statements), AT_ONCE):
            ids: list[int] = []
            positions: list[int] = []
            part = self._statements[start : start + AT_ONCE]
            for number, (sql, arguments) in enumerate(part, start):
                found = [row[0] for row in database.execute(sql, arguments)]
                ids += [number] * len(found)
                positions += found
            yield ids, positions

    def clock(self) -> float:
        """Return the CPU seconds of this process."""
        return time.process_time()

    def peak(self) -> int:
        """Return the most memory of this process."""
        return own_peak()

    def version(self) -> str:
        """Return SQLite's version."""
        return f"SQLite {sqlite3.sqlite_version}"

    def close(self) -> None:
        """Close the database, and with it its memory."""
        self._database.close()


def _statement(search: Search) -> Statement:
    conditions, arguments = _conditions(search.filters)
    if search.text is None:
        sql = "SELECT id FROM awards"
    elif not conditions:
        return "SELECT rowid FROM texts WHERE texts MATCH ?", [_expression(search.text)]
    else:
        sql = "SELECT id FROM texts CROSS JOIN awards ON id = texts.rowid"
        conditions.insert(0, "texts MATCH ?")
        arguments.insert(0, _expression(search.text))
    return f"{sql} WHERE {' AND '.join(conditions)}", arguments


def _conditions(filters: Filters) -> tuple[list[str], list[str | int]]:
    conditions: list[str] = []
    arguments: list[str | int] = []

    def add(condition: str, values: Iterable[str | int]) -> None:
        conditions.append(condition)
        arguments.extend(values)

    for name in ("state", "ic", "activity", "org"):
        if values := getattr(filters, name):
            add(f"{name} IN ({_marks(values)})", values)
    if filters.pi:
        people = f"SELECT award FROM people WHERE pi IN ({_marks(filters.pi)})"  # noqa: S608 - marks only
        add(f"id IN ({people})", filters.pi)
    for name in ("fy", "amount"):
        if limits := getattr(filters, name):
            add(f"{name} BETWEEN ? AND ?", limits)
    return conditions, arguments


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _expression(query: Query) -> str:
    match query:
        case Phrase(_, words):
            return f'"{" ".join(words)}"'
        case Prefix(_, prefix):
            return f'"{prefix}"*'
        case Or(parts):
            return f"({' OR '.join(map(_expression, parts))})"
        case And(parts):
            musts = [_expression(part) for part in parts if not isinstance(part, Not)]
            expression = f"({' AND '.join(musts)})"
            for part in parts:
                if isinstance(part, Not):
                    expression = f"({expression} NOT {_expression(part.part)})"
            return expression
        case _:
            raise ValueError(f"FTS5 cannot say {query}")
