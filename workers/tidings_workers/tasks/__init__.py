"""Tasks: each opens a session, calls one flow and rings the next bell."""
