"""An append-only history of a trial: what was seen, by whom, in which order."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

Event = dict[str, Any]


class History:
    """A file to which any number of processes add lines; a line is whole or not there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, kind: str, **details: Any) -> None:
        """Note that something happened just now."""
        line = json.dumps({"at": monotonic(), "pid": os.getpid(), "kind": kind, **details})
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode() + b"\n")
        finally:
            os.close(file)

    def read(self) -> Sequence[Event]:
        """Return all that happened, in the order in which it was noted."""
        if not self.path.exists():
            return ()
        return [json.loads(line) for line in self.path.read_bytes().split(b"\n")[:-1]]

    def begin(self) -> None:
        """Forget what was noted before."""
        self.path.write_bytes(b"")
