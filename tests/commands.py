"""Runs commands as people do, each with a data folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def runner(folder: Path, **own: str) -> Run:
    """Return what runs a command whose data is in ``folder``; words and settings as arguments."""
    plain = {"TIDINGS_DATA_DIR": str(folder), "TIDINGS_REPORTER_INTERVAL": "0"}

    def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "tidings", *words],
            env={**os.environ, "COLUMNS": "200", **plain, **own, **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )

    return run


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command said, in one line; it is never a traceback."""
    words = " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in words
    return words
