"""Recorded answers of RePORTER as a source of records: one of them is the current one."""

import gzip
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from tidings.errors import RejectedError

WireRecord = dict[str, Any]


class Recordings:
    """A history: JSON lines, gzipped or not, ``{"recorded_at", "meta", "results"}`` a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = _read_lines(path)
        self._lock = Lock()
        self._index = -1
        self._current: dict[str, Any] = {}
        self.show(0)

    def show(self, index: int) -> None:
        """Make a recording the current one, counted from 0."""
        with self._lock:
            if not 0 <= index < len(self._lines):
                raise RejectedError(f"{self._path} has {len(self._lines)} recordings, not {index}")
            if index != self._index:
                self._current = _read_recording(self._lines[index], self._path, index)
                self._index = index

    def meta(self) -> Mapping[str, Any]:
        """Return the meta of the current recording."""
        return self._current["meta"]

    def records(self, now: datetime) -> Sequence[WireRecord]:
        """Return the rows of the current recording, whatever the time."""
        return self._current["results"]

    def links(self, now: datetime) -> Sequence[WireRecord]:
        """Return nothing: publication links were not recorded."""
        return ()

    def describe(self, now: datetime) -> dict[str, Any]:
        """Say which recording is the current one."""
        return {
            "recordings": len(self._lines),
            "index": self._index,
            "recorded_at": self._current["recorded_at"],
        }


def _read_lines(path: Path) -> list[bytes]:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise RejectedError(f"{path} cannot be read: {error}") from error
    lines = [line for line in content.splitlines() if line.strip()]
    if not lines:
        raise RejectedError(f"{path} holds no recording")
    return lines


def _read_recording(line: bytes, path: Path, index: int) -> dict[str, Any]:
    try:
        recording = orjson.loads(line)
        complete = isinstance(recording["meta"]["total"], int)
        complete = complete and isinstance(recording["results"], list)
        complete = complete and bool(recording["recorded_at"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise RejectedError(f"line {index + 1} of {path} is no recording: {error}") from error
    if not complete:
        raise RejectedError(f"line {index + 1} of {path} is no recording")
    return recording
