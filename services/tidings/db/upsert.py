"""Inserts that pass over rows that are there already, on SQLite and on PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Insert, Row
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped
from sqlmodel import Session

from tidings.db.base import Table

Rows = Sequence[Mapping[str, Any]]


def insert_ignore(session: Session, table: type[Table], rows: Rows) -> int:
    """Insert ``rows``, passing over those that a unique constraint forbids.

    Returns how many rows were really inserted. All rows name the same columns; columns that they
    leave out get the model's defaults. One statement prepared once, run for each row: no number of
    rows meets the limit on the variables of a statement.
    """
    if not rows:
        return 0
    session.flush()  # a row may point at one that waits in the session
    statement = _insert(session, table).execution_options(preserve_rowcount=True)
    return session.connection().execute(statement, _parameters(rows)).rowcount


def insert_ignore_returning(
    session: Session, table: type[Table], rows: Rows, *columns: Mapped[Any]
) -> Sequence[Row[Any]]:
    """Insert like ``insert_ignore``; return ``columns`` of the rows really inserted, in any order.

    SQLAlchemy cuts the statement into pieces that keep below the limit on variables.
    """
    if not rows:
        return ()
    session.flush()
    returning: Any = _insert(session, table).returning  # its overloads cannot be told by a *
    statement: Executable = returning(*columns)
    return session.connection().execute(statement, _parameters(rows)).all()


def _insert(session: Session, table: type[Table]) -> Insert:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()


def _parameters(rows: Rows) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
