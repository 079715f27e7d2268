"""What Alembic runs: it is given a connection, and compares with every table we have."""

from alembic import context

from tidings.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a constraint in place
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
