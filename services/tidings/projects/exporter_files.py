"""ExPORTER's files as lines of text: gzipped or not, in UTF-8 but for stray bytes."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tidings.errors import RejectedError

GZIP = b"\x1f\x8b"
STRAY = "cp1252"


def read_lines(path: Path) -> Iterator[str]:
    """Return the lines of a file; one that is no UTF-8 is read as the older editions were written.

    Raises RejectedError for a file that cannot be read, also in the middle of it.
    """
    try:
        with path.open("rb") as plain:
            is_gzip = plain.peek(2)[:2] == GZIP
            opened: Any = gzip.GzipFile(fileobj=plain) if is_gzip else plain
            for number, line in enumerate(opened):
                yield _text(line).removeprefix("" if number else "\ufeff")
    except (OSError, EOFError, zlib.error) as error:
        raise RejectedError(f"{path} cannot be read: {error}") from error


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(STRAY, errors="replace")
