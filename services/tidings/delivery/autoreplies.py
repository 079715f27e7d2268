"""Tells mail that no human wrote: out-of-office notes, vacation answers, list robots (pure)."""

from tidings.delivery.returned import Returned

MARKS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Response-From",
    "X-Mail-Autoreply",
)
ROBOTS = frozenset({"auto_reply", "bulk", "junk", "list"})
SUBJECTS = (
    *("automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "out of office"),
    *("out of the office", "vacation", "respuesta automática", "fuera de la oficina"),
    *("automatische antwort", "abwesenheit", "réponse automatique", "absence"),
)


def why_automatic(mail: Returned) -> str:
    """Say by which sign a message was written by a machine; nothing when it seems not to be.

    Ask only once it is clear that the message is no report: reports are automatic, too.
    """
    submitted = mail.word("Auto-Submitted").partition(";")[0].strip()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted}"
    for mark in MARKS:
        if mail.message.get(mark) is not None:
            return mark
    precedence = mail.word("Precedence")
    if precedence == "auto_reply":
        return "Precedence: auto_reply"
    if precedence in ROBOTS and mail.word("Subject").startswith(SUBJECTS):
        return f"Precedence: {precedence}, and its subject"
    if mail.word("Return-Path") == "<>":
        return "an empty return path, and no report"
    return ""
