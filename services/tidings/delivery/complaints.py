"""Reads what mail providers send on when a reader presses "this is spam": ARF, RFC 5965 (pure)."""

from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.returned import Returned, text, word

NO_COMPLAINTS = frozenset({"not-spam", "auth-failure", "dmarc"})
"""Reports of the same shape that say something else."""


def read_complaint(mail: Returned, secret: bytes) -> Feedback | None:
    """Return what a feedback report says; None for what is none, or complains of nothing.

    The reader's address is often blackened out, so it is never looked at: the message is known by
    the return path that the report quotes, or by what it brings back.
    """
    for fields in mail.fields("message/feedback-report"):
        kind = word(fields, "Feedback-Type").lower()
        if not kind or kind in NO_COMPLAINTS:
            continue
        quoted = text(fields.get("Original-Mail-From", ""))
        return Feedback(
            FeedbackKind.COMPLAINED,
            delivery_id=mail.delivery_id(secret, quoted),
            message_id=mail.message_id,
            detail=f"{kind}, told by {text(fields.get('User-Agent', 'no name'))}"[:200],
        )
    return None
