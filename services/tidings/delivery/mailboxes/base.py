"""What a mailbox gives, and what is done with each message."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

LARGEST = 2_000_000
"""Bytes that are read of a message; what says what it is stands at its beginning."""


class Fate(StrEnum):
    """What became of a message: something came of it, nothing did, or a human has to look."""

    READ = "read"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"


class Mailbox(Protocol):
    """Gives each message until its fate is settled."""

    def messages(self, *, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield a key and the first ``LARGEST`` bytes of messages that wait, at most ``limit``.

        Raises RetryableError when the mailbox cannot be reached.
        """
        ...

    def settle(self, key: str, fate: Fate) -> None:
        """See to it that a message is not given again; whoever looks sees what became of it.

        Safe to call twice, and for a message that somebody has taken away.
        """
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...
