"""The base of every table, with names for its constraints that migrations can rely on."""

from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """Base of every table.

    A table model does not validate what it is given: it is built from values that are known good,
    never straight from what the outside sends.
    """


def stored_id(row_id: int | None) -> int:
    """Return the id of a row that is in the database; LookupError when it is not there yet."""
    if row_id is None:
        raise LookupError("this row has no id: it was not flushed to the database")
    return row_id
