"""The revisions of the database, and how to reach the newest one."""
