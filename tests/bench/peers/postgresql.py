"""PostgreSQL: searches in a table, awards copied in, one statement that joins the two.

Only the server's own work counts, as its process tells: sending rows there and reading the answer
cost the client, which is left out.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import psutil
import psycopg
from numpy.typing import NDArray
from tests.bench.shapes import Award, Pairs, Range, Search

from tidings.searches.query import And, Not, Or, Phrase, Prefix, Query

_HEADER, _TRAILER, _ROW = 19, 2, 18
"""Bytes of the binary answer: two columns of four bytes, each with its length, behind a count."""
POSITIONS = 255
"""More places of one word a tsvector does not keep."""

_TABLES = """
CREATE SCHEMA bench;
SET search_path = bench;
SET jit = off; SET synchronous_commit = off;
SET work_mem = '256MB'; SET maintenance_work_mem = '256MB';
SET max_parallel_workers_per_gather = 0; SET max_parallel_maintenance_workers = 0;
CREATE UNLOGGED TABLE searches(
    id int PRIMARY KEY, query tsquery, state text[], ic text[], activity text[], org int[],
    pi int[], fy int4range, amount int8range
);
CREATE UNLOGGED TABLE awards(
    id int PRIMARY KEY, body tsvector, state text, ic text, activity text, org int, pis int[],
    fy int, amount int8
);
"""
_FILTERS = """
(s.state IS NULL OR a.state = ANY(s.state)) AND (s.ic IS NULL OR a.ic = ANY(s.ic))
AND (s.activity IS NULL OR a.activity = ANY(s.activity)) AND (s.org IS NULL OR a.org = ANY(s.org))
AND (s.pi IS NULL OR a.pis && s.pi) AND (s.fy IS NULL OR a.fy <@ s.fy)
AND (s.amount IS NULL OR a.amount <@ s.amount)
"""
_INDEXES = """
CREATE INDEX ON awards USING gin(body) WITH (fastupdate = off);
CREATE INDEX ON awards(org);
CREATE INDEX ON awards USING gin(pis);
"""
_PROBED = f"""
SELECT s.id, a.id FROM searches s CROSS JOIN LATERAL (
    SELECT a.id FROM awards a WHERE a.body @@ s.query AND {_FILTERS}
) a WHERE s.query IS NOT NULL
UNION ALL SELECT s.id, a.id FROM searches s JOIN awards a ON a.org = ANY(s.org) AND {_FILTERS}
    WHERE s.query IS NULL AND s.org IS NOT NULL
UNION ALL SELECT s.id, a.id FROM searches s JOIN awards a ON a.pis && s.pi AND {_FILTERS}
    WHERE s.query IS NULL AND s.org IS NULL AND s.pi IS NOT NULL
UNION ALL SELECT s.id, a.id FROM searches s JOIN awards a ON {_FILTERS}
    WHERE s.query IS NULL AND s.org IS NULL AND s.pi IS NULL
"""  # noqa: S608 - made of the texts above
_NESTED = f"""
SELECT s.id, a.id FROM awards a, searches s
WHERE (s.query IS NULL OR a.body @@ s.query) AND {_FILTERS}
"""  # noqa: S608 - made of the texts above

Plan = Literal["gin", "nested"]
Row = tuple[Any, ...]


class Postgresql:
    """Either looks each search up in an index of the awards, or tries each on each award."""

    def __init__(self, url: str, plan: Plan) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._run("DROP SCHEMA IF EXISTS bench CASCADE")
        self._run(_TABLES)
        self._server = psutil.Process(self._connection.info.backend_pid)
        self._plan = plan
        self._searches = 0
        self._rows: list[Row] = []

    def load(self, searches: Sequence[Search]) -> None:
        """Copy the searches in."""
        rows = [_search_row(number, one) for number, one in enumerate(searches, self._searches)]
        self._copy("searches", rows)
        self._searches += len(searches)

    def take(self, awards: Sequence[Award]) -> None:
        """Make rows of the awards, their words with places."""
        self._run("ANALYZE searches")
        self._rows = [_award_row(number, award) for number, award in enumerate(awards)]

    def match(self) -> Iterator[Pairs]:
        """Copy the awards in, index them if the plan says so, and run the statement."""
        self._copy("awards", self._rows)
        if self._plan == "gin":
            self._run(_INDEXES)
        self._run("ANALYZE awards")
        if self._plan == "nested":
            self._run("SET enable_hashjoin = off; SET enable_mergejoin = off")
        pairs = self._answer(_PROBED if self._plan == "gin" else _NESTED)
        yield pairs[:, 0], pairs[:, 1]

    def clock(self) -> float:
        """Return the CPU seconds of the server's process for this connection."""
        times = self._server.cpu_times()
        return times.user + times.system

    def peak(self) -> int:
        """Return the most memory of the server's process, buffers included; off Linux, the last."""
        status = Path(f"/proc/{self._server.pid}/status")
        if status.exists():
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            return int(lines["VmHWM"].removesuffix("kB")) * 1024
        return self._server.memory_info().rss

    def version(self) -> str:
        """Return the server's version."""
        return f"PostgreSQL {self._connection.info.parameter_status('server_version')}"

    def close(self) -> None:
        """Drop the tables and close the connection."""
        self._run("DROP SCHEMA bench CASCADE")
        self._connection.close()

    def _run(self, statements: str) -> None:
        self._connection.execute(statements.encode())

    def _copy(self, table: str, rows: Sequence[Row]) -> None:
        with self._connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def _answer(self, statement: str) -> NDArray[np.int64]:
        wanted = f"COPY ({statement}) TO STDOUT (FORMAT binary)".encode()
        with self._connection.cursor().copy(wanted) as copy:
            answer = b"".join(bytes(part) for part in copy)
        cells = np.frombuffer(answer[_HEADER:-_TRAILER], np.uint8).reshape(-1, _ROW)
        numbers = np.concatenate((cells[:, 6:10], cells[:, 14:18]), axis=1)
        return numbers.copy().view(">i4").astype(np.int64)


def _search_row(number: int, search: Search) -> Row:
    filters = search.filters
    choices = (filters.state, filters.ic, filters.activity, filters.org, filters.pi)
    return (
        number,
        None if search.text is None else _expression(search.text),
        *(list(choice) or None for choice in choices),
        _range(filters.fy),
        _range(filters.amount),
    )


def _range(limits: Range | None) -> str | None:
    return None if limits is None else f"[{limits[0]},{limits[1]}]"


def _award_row(number: int, award: Award) -> Row:
    values = (award.state, award.ic, award.activity, award.org)
    return number, _vector(award), *values, list(award.pis), award.fy, award.amount


def _vector(award: Award) -> str:
    places: dict[str, list[str]] = {}
    for place, word in enumerate(award.words(), 1):
        places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(at[:POSITIONS])}" for word, at in places.items())


def _expression(query: Query) -> str:
    match query:
        case Phrase(_, words):
            return f"({' <-> '.join(map(_quoted, words))})"
        case Prefix(_, prefix):
            return f"{_quoted(prefix)}:*"
        case Not(part):
            return f"!{_expression(part)}"
        case And(parts):
            return f"({' & '.join(map(_expression, parts))})"
        case Or(parts):
            return f"({' | '.join(map(_expression, parts))})"
        case _:
            raise ValueError(f"a tsquery cannot say {query}")


def _quoted(word: str) -> str:
    return f"'{word}'"
