"""Empties a PostgreSQL in a tenth of the time that TRUNCATE takes for so many tables."""

from sqlalchemy import Connection, text

EMPTY = """
DO $$
DECLARE
    one record;
    is_used boolean;
BEGIN
    SET LOCAL session_replication_role = replica; -- in any order: nothing refers to anything soon
    FOR one IN
        SELECT tables.oid::regclass AS name, sequences.oid::regclass AS sequence
        FROM pg_class AS tables
        LEFT JOIN pg_depend AS owned ON owned.refobjid = tables.oid
            AND owned.deptype IN ('a', 'i') AND owned.classid = 'pg_class'::regclass
        LEFT JOIN pg_class AS sequences ON sequences.oid = owned.objid AND sequences.relkind = 'S'
        WHERE tables.relkind = 'r' AND tables.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO is_used;
        IF is_used THEN
            EXECUTE format('DELETE FROM %s', one.name);
        END IF;
        IF one.sequence IS NOT NULL THEN
            EXECUTE format('SELECT is_called FROM %s', one.sequence) INTO is_used;
            IF is_used THEN
                PERFORM setval(one.sequence, 1, false);
            END IF;
        END IF;
    END LOOP;
END $$
"""


def empty(connection: Connection) -> None:
    """Delete every row, and let every number begin at 1 again."""
    connection.execute(text(EMPTY))
