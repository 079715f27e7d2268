"""What a sender is given, and what it may answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tidings.errors import RetryableError, TidingsError


class RelayDownError(RetryableError):
    """Nothing goes through at the moment, whatever the message: the rest of a batch may wait."""


class LostReplyError(TidingsError):
    """The message was handed over whole and the answer never came: it may or may not be there."""


@dataclass(frozen=True)
class Mail:
    """One finished message; ``data`` holds headers and body as they go over the wire.

    Every line of it ends with CR LF.
    """

    key: str
    message_id: str
    sender: str
    to: str
    subject: str
    data: bytes


HandingOver = Callable[[], None]
"""Called when from now on the message may arrive; what it raises keeps the message back."""


class Sender(Protocol):
    """Hands messages over, one at a time.

    ``name`` says to operators where they go; ``is_idempotent`` says that the same key arrives
    once however often it is sent.
    """

    name: str
    is_idempotent: bool

    def send(self, mail: Mail, handing_over: HandingOver) -> str:
        """Hand ``mail`` over and return the other side's answer.

        Raises RetryableError or RejectedError when the other side did not take it, RelayDownError
        when it takes nothing at all, and LostReplyError when nobody can know.
        """
        ...

    def close(self) -> None:
        """Let go of what is open; the next ``send`` opens it again."""
        ...
