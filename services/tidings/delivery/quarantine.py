"""Keeps returned mail that nobody could read, for a human to look at."""

from hashlib import sha256
from pathlib import Path

NAME_LENGTH = 24


def keep_unreadable(folder: Path, raw: bytes) -> str:
    """Write ``raw`` to a file of the folder and return its name; the same bytes are there once."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{sha256(raw).hexdigest()[:NAME_LENGTH]}.eml"
    (folder / name).write_bytes(raw)
    return name


def count_unreadable(folder: Path) -> int:
    """Return how many files wait to be looked at."""
    return sum(1 for _ in folder.glob("*.eml"))
