"""The files that vocabularies of conditions come in, and the one that ships with Tidings."""

import gzip
import zlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any

from tidings.errors import RejectedError
from tidings.searches.condition_lines import LONGEST_LINE, Entry, Refused, read_lines
from tidings.searches.condition_names import KnownCondition

GZIP = b"\x1f\x8b"


def read_file(path: Path) -> Iterator[Entry | Refused]:
    """Return what each line of a file, gzipped or not, holds.

    Raises RejectedError for a file that cannot be read, also in the middle of it.
    """
    try:
        with path.open("rb") as plain:
            is_gzip = plain.peek(2)[:2] == GZIP
            opened: Any = gzip.GzipFile(fileobj=plain) if is_gzip else plain
            yield from read_lines(_lines(opened))
    except (OSError, EOFError, zlib.error) as error:
        raise RejectedError(f"{path} cannot be read: {error}") from error


def _lines(opened: IO[bytes] | BufferedIOBase) -> Iterator[bytes]:
    """Return the lines; one that is too long is cut where that shows, and never held whole."""
    while line := opened.readline(LONGEST_LINE + 1):
        yield line
        while line and len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = opened.readline(LONGEST_LINE + 1)


@cache
def our_conditions() -> tuple[KnownCondition, ...]:
    """Return the conditions that ship with Tidings; read once in a process."""
    lines = files("tidings.searches").joinpath("conditions.jsonl").read_bytes().splitlines()
    found = list(read_lines(lines))
    bad = [one for one in found if isinstance(one, Refused)]
    if bad:
        raise LookupError(f"our own conditions, line {bad[0].line}: {bad[0].reason}")
    return tuple(
        KnownCondition(one.name, one.source, tuple(one.names.values()))
        for one in found
        if isinstance(one, Entry)
    )
