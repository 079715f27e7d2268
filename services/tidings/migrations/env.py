"""What Alembic runs: it is given a connection, and compares with every table we have."""

from typing import Any

from alembic import context

from tidings.db.word_index import is_word_index
from tidings.tables import metadata


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Say whether a thing that the database has is to be compared with our tables."""
    return kind != "table" or not is_word_index(name or "")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a constraint in place
    compare_type=True,
    include_name=_is_ours,
)
with context.begin_transaction():
    context.run_migrations()
