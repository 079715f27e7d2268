"""Inserts that pass over, or add to, rows that are there already, on SQLite and on PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Insert, Row, inspect
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


def insert_or_add(
    session: Session, table: type[Table], rows: Rows, *, add: Sequence[str], replace: Sequence[str]
) -> None:
    """Insert ``rows``; where one is there, by its primary key, add to some columns, replace others.

    Two who add at once are both counted: the database adds, under its own lock.
    """
    if not rows:
        return
    session.flush()
    insert = _dialect(session).insert(table)
    there = inspect(table)
    added = {name: there.columns[name] + insert.excluded[name] for name in add}
    replaced = {name: insert.excluded[name] for name in replace}
    statement = insert.on_conflict_do_update(
        index_elements=list(there.primary_key), set_=added | replaced
    )
    session.connection().execute(statement, _parameters(rows))


def _insert(session: Session, table: type[Table]) -> Insert:
    return _dialect(session).insert(table).on_conflict_do_nothing()


def _dialect(session: Session) -> Any:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql


def _parameters(rows: Rows) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
