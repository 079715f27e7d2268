"""The database: engine, session, column types and migrations."""
