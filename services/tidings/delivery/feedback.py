"""What the mail world says of a message after it was handed over (pure)."""

from dataclasses import dataclass
from enum import StrEnum

from tidings.delivery.refusals import Refusal


class FeedbackKind(StrEnum):
    """What happened, by the same words whoever tells it."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Feedback:
    """One thing that happened to one message of ours.

    It is named by ``delivery_id`` where a signed reference said so, or by its Message-ID. An
    ``address`` is there only if it comes from a mail provider that proved who it is: then it is
    enough by itself. ``refusal`` says why a message bounced or was rejected.
    """

    kind: FeedbackKind
    delivery_id: int | None = None
    message_id: str = ""
    address: str = ""
    refusal: Refusal | None = None
    detail: str = ""

    def __repr__(self) -> str:
        """Name it without the address, which no log may have."""
        return f"Feedback({self.kind}, {self.delivery_id}, {self.message_id!r}, {self.detail!r})"
