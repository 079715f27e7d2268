"""Reads what mail servers send back when they could not deliver: RFC 3464, RFC 6533 (pure)."""

from email.message import Message

from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.refusals import NO_DETAIL, Refusal, read_answer, status_in
from tidings.delivery.returned import Returned, readable, text, word

REPORTS = ("message/delivery-status", "message/global-delivery-status")

ACTIONS = {
    "failed": FeedbackKind.BOUNCED,
    "delayed": FeedbackKind.DEFERRED,
    "delivered": FeedbackKind.DELIVERED,
    "relayed": FeedbackKind.DELIVERED,
    "expanded": FeedbackKind.DELIVERED,
}
LONGEST_DETAIL = 300
LONGEST_LETTER = 20_000
"""Characters of a letter without a report in which a status is looked for."""

ROBOTS = ("mailer-daemon", "postmaster")


def read_bounce(mail: Returned, secret: bytes) -> Feedback | None:
    """Return what a returned message says; None for one that is no report of a mail server.

    A message of ours has one recipient, so the first whose fate is told is ours.
    """
    for kind in REPORTS:
        for fields in mail.fields(kind):
            action = ACTIONS.get(word(fields, "Action").lower())
            if action is not None:
                return _feedback(mail, secret, action, _refusal(fields))
    return _old_letter(mail, secret)


def _feedback(mail: Returned, secret: bytes, kind: FeedbackKind, refusal: Refusal) -> Feedback:
    return Feedback(
        kind=kind,
        delivery_id=mail.delivery_id(secret),
        message_id=mail.message_id,
        refusal=refusal if kind is FeedbackKind.BOUNCED else None,
        detail=refusal.detail,
    )


def _refusal(fields: Message) -> Refusal:
    """Return why; the words of the last server are often more exact than the report's status."""
    status, words = word(fields, "Status"), text(fields.get("Diagnostic-Code", ""))
    exact, answer = status_in(words), read_answer(words)
    if exact and (not status or status.endswith(NO_DETAIL)):
        status = exact
    detail = f"{status} {words}".strip()[:LONGEST_DETAIL]
    return Refusal(detail, status, answer.code if answer else 0)


def _old_letter(mail: Returned, secret: bytes) -> Feedback | None:
    """Read a letter of a server that writes no report, if it came to a return path of ours.

    It counts only with a signed reference and with a status in its words.
    """
    sender = mail.word("From")
    is_robot = mail.word("Return-Path") == "<>" or any(robot in sender for robot in ROBOTS)
    delivery_id = mail.delivery_id(secret) if is_robot else None
    if delivery_id is None:
        return None
    for part in mail.parts:
        if part.get_content_type() == "text/plain":
            letter = readable(part)[:LONGEST_LETTER]
            status = status_in(letter)
            if status:
                words = next(line for line in letter.splitlines() if status in line)
                refusal = Refusal(text(words)[:LONGEST_DETAIL], status)
                return Feedback(
                    FeedbackKind.BOUNCED, delivery_id, refusal=refusal, detail=refusal.detail
                )
    return None
