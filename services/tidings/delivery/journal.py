"""What a worker has in hand, noted beside the database so that a killed one leaves no riddle.

A batch is claimed in one commit and recorded in another. Should its worker die in between, the
database knows no more of its hundred messages than that somebody had them. The journal of the batch
knows: a line before a message is worked on, one before its last byte may leave, and one with what
came of it. Plain writes to a file survive the process, and cost a few microseconds each.

They need not survive a power cut: a journal of an earlier boot is believed in what it says, and not
in what it does not say.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from socket import gethostname

import orjson

from tidings.db.time import boot_id
from tidings.delivery.results import Result

FORGOTTEN_AFTER = timedelta(days=2)


class Step(StrEnum):
    """How far an attempt came whose end was not noted."""

    UNTOUCHED = "untouched"
    IN_HAND = "in hand"
    HANDED_OVER = "handed over"


@dataclass(frozen=True)
class Trail:
    """What a journal says: the last of each delivery; nothing of one that was not begun."""

    marks: Mapping[int, Step | Result]
    is_whole: bool

    def fate(self, delivery_id: int) -> Step | Result:
        """Return how far a delivery came; HANDED_OVER where it cannot be known."""
        mark = self.marks.get(delivery_id, Step.UNTOUCHED)
        return mark if self.is_whole or isinstance(mark, Result) else Step.HANDED_OVER


class Journal:
    """The journal of one batch, open for writing."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._write({"boot": boot_id()})

    def take(self, delivery_id: int) -> None:
        """Note that a message is worked on."""
        self._write({"id": delivery_id, "step": Step.IN_HAND})

    def let_go(self, delivery_id: int) -> None:
        """Note that nothing came of it, and that it was not to blame."""
        self._write({"id": delivery_id, "step": Step.UNTOUCHED})

    def hand_over(self, delivery_id: int) -> None:
        """Note that from now on the message may be there."""
        self._write({"id": delivery_id, "step": Step.HANDED_OVER})

    def end(self, delivery_id: int, result: Result) -> None:
        """Note what came of it."""
        self._write({"id": delivery_id, "end": result.model_dump(mode="json")})

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, line: dict[str, object]) -> None:
        os.write(self._file, orjson.dumps(line) + b"\n")


class Journals:
    """The journals of a data folder, each named by the lease it belongs to."""

    def __init__(self, folder: Path, *, host: str | None = None) -> None:
        self._folder = folder
        self.host = host or gethostname()

    @contextmanager
    def keep(self, owner: str) -> Generator[Journal]:
        """Give a new journal; it stays until somebody who recorded its batch forgets it."""
        journal = Journal(self._path(owner))
        try:
            yield journal
        finally:
            journal.close()

    def read(self, owner: str) -> Trail | None:
        """Return what the journal of this lease says; None when it is not here."""
        try:
            lines = self._path(owner).read_bytes().split(b"\n")[:-1]  # the last may be torn
        except FileNotFoundError:
            return None
        head, *steps = [orjson.loads(line) for line in lines] or [{"boot": ""}]
        marks = {
            step["id"]: Result.model_validate(step["end"]) if "end" in step else Step(step["step"])
            for step in steps
        }
        return Trail(marks, is_whole=head["boot"] == boot_id() != "")

    def forget(self, owner: str) -> None:
        """Delete the journal of a lease that is settled."""
        self._path(owner).unlink(missing_ok=True)

    def forget_old(self, now: datetime) -> None:
        """Delete what workers left behind that died between the record and their journal's end."""
        for path in self._folder.glob("*.jsonl"):
            if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > FORGOTTEN_AFTER:
                path.unlink(missing_ok=True)

    def is_ours(self, owner: str) -> bool:
        """Say whether the worker ran on this machine, where its journal would be."""
        return owner.partition(":")[0] == self.host

    def _path(self, owner: str) -> Path:
        return self._folder / f"{owner.replace(':', '-').replace('/', '-')}.jsonl"
