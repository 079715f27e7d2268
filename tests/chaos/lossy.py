"""A queue that loses a fifth of its messages and doubles three in ten."""

import json
import random
import socket
from typing import Any

LOSES, DOUBLES = 0.2, 0.3
LARGEST = 65_536


class LossyQueue:
    """Datagrams between the processes of one trial: each is read by one of them, or by none."""

    def __init__(self) -> None:
        self._out, self._in = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._out.settimeout(0)
        self._random = random.Random()  # noqa: S311 - chance, no secret

    def seed(self, seed: int) -> None:
        """Choose this process's chances."""
        self._random.seed(seed)

    def send(self, job: str, arguments: Any) -> None:
        """Perhaps put a message on the queue, perhaps twice."""
        if self._random.random() < LOSES:
            return
        for _ in range(2 if self._random.random() < DOUBLES else 1):
            try:
                self._out.send(json.dumps([job, arguments]).encode())
            except BlockingIOError:
                return  # it is full: one more way to lose a message

    def take(self, seconds: float) -> tuple[str, list[Any]] | None:
        """Return the next message, None if none comes within so many seconds."""
        self._in.settimeout(seconds)
        try:
            job, arguments = json.loads(self._in.recv(LARGEST))
        except (TimeoutError, BlockingIOError):
            return None
        return job, arguments

    def close(self) -> None:
        """Close both ends."""
        self._out.close()
        self._in.close()
