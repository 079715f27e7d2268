"""Rows for every table that a database has, whatever revision it is at."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conftest import NOW
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    inspect,
    select,
)

from tidings.db.word_index import is_word_index

ROWS = 2
APART = "alembic_version"
GIVEN_UP = frozenset({("search", "last_matched_at")})
"""Columns of old revisions that nobody reads any more: what stood in them is lost on purpose."""
Rows = Mapping[str, list[dict[str, Any]]]
"""All that is stored, by table."""


def fill(engine: Engine) -> None:
    """Put rows into every table that has none."""
    with engine.begin() as connection:
        for table in _tables(connection):
            if connection.execute(select(table).limit(1)).first() is None:
                allowed = dict(_allowed(connection, table))
                for number in range(1, ROWS + 1):
                    row = {column.name: _value(column, number, allowed) for column in table.columns}
                    connection.execute(table.insert().values(row))


def stored(engine: Engine) -> Rows:
    """Return every row of every table."""
    with engine.begin() as connection:
        return {
            table.name: [
                {key: row[key] for key in row if (table.name, key) not in GIVEN_UP}
                for row in connection.execute(
                    select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in _tables(connection)
        }


def common(rows: Rows, other: Rows) -> Rows:
    """Return of ``rows`` the tables and columns that ``other`` has as well."""
    return {
        name: [{key: row[key] for key in row if key in other[name][0]} for row in found]
        for name, found in rows.items()
        if other.get(name)
    }


def constraint_names(engine: Engine) -> dict[str, set[str | None]]:
    """Return the names of all that a database forbids, and of its indexes, by table."""
    look = inspect(engine)
    return {
        table: {
            # SQLite keeps no name of a key whose numbers are given once.
            look.get_pk_constraint(table)["name"] or f"pk_{table}",
            *(one["name"] for one in look.get_unique_constraints(table)),
            *(one["name"] for one in look.get_foreign_keys(table)),
            *(one["name"] for one in look.get_check_constraints(table)),
            *(one["name"] for one in look.get_indexes(table)),
        }
        for table in look.get_table_names()
        if not _is_apart(table)
    }


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if not _is_apart(table.name)]


def _is_apart(name: str) -> bool:
    """Say whether a table is Alembic's, or made otherwise on each database."""
    return name == APART or is_word_index(name)


def _allowed(connection: Connection, table: Table) -> Iterator[tuple[str, str]]:
    """Give the first word that a check allows, for each column that has one."""
    for check in inspect(connection).get_check_constraints(table.name):
        column, *_ = re.findall(r"\w+", check["sqltext"])
        word, *_ = re.findall(r"'([^']*)'", check["sqltext"])
        yield column, word


def _value(column: Column[Any], number: int, allowed: Mapping[str, str]) -> Any:
    if column.name in allowed:
        return allowed[column.name]
    if column.foreign_keys:
        return number if isinstance(column.type, Integer) else f"{_target(column)} {number}"
    match column.type:
        case Boolean():
            return True
        case Float():
            return number / 2
        case Integer():
            return number
        case DateTime():
            return NOW if column.type.timezone else NOW.replace(tzinfo=None)
        case Date():
            return NOW.date()
        case JSON():
            return [{"number": number}]
        case LargeBinary():
            return bytes([number])
        case _:
            return f"{column.name} {number}"


def _target(column: Column[Any]) -> str:
    return next(iter(column.foreign_keys)).column.name
