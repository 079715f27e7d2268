"""What a mail server means that did not take a message (pure).

Two numbers say it: the reply code of SMTP, and the enhanced status of RFC 3463. What they do not
tell apart is not guessed from words, which every server chooses for itself.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Whose fault it is that a message did not arrive."""

    ADDRESS = "there is no such address"
    MAILBOX = "its mailbox takes nothing at the moment"
    SENDER = "our sending domain is refused"
    SIZE = "the message is too big for them"
    CONTENT = "what the message says is refused"


@dataclass(frozen=True)
class Refusal:
    """The answer of a mail server; ``status`` is empty when it gave only a ``code``, or 0."""

    detail: str
    status: str = ""
    code: int = 0

    @property
    def fault(self) -> Fault:
        """Whose fault it is."""
        return _of_status(self.status) or _of_code(self.code, self.status)


_STATUS = re.compile(r"(?<![\w.])[45]\.\d{1,3}\.\d{1,3}(?![\w-]|\.\d)")
_ANSWER = re.compile(r"(?:^|\sanswers\s|;\s*)(?P<code>[45]\d\d)[ -]")

GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.7.17", "5.7.18"})
"""No such mailbox or domain, one that takes no mail, or one that is somebody else's by now."""

SENDERS = frozenset({"1.7", "1.8", "4.6"})
"""About the sender's address and routing loops on our side, in the tail of a status."""

PASSING = frozenset({"4.7.0", "4.7.1", "4.7.28"})
"""Too much at once, or not known yet: it is tried again, and nobody is at fault."""

NO_DETAIL = ".0.0"


def status_in(words: str) -> str:
    """Return the first enhanced status in an answer; nothing when there is none."""
    found = _STATUS.search(words)
    return found.group() if found else ""


def read_answer(words: str) -> Refusal | None:
    """Return the refusal that an answer of a relay is; None when it quotes no answer."""
    found = _ANSWER.search(words)
    if found is None:
        return None
    return Refusal(words, status_in(words[found.end("code") :]), int(found["code"]))


def _of_status(status: str) -> Fault | None:
    if status in GONE:
        return Fault.ADDRESS
    if status in PASSING:
        return Fault.MAILBOX
    tail = status.partition(".")[2]
    if tail in SENDERS or tail.startswith("7."):
        return Fault.SENDER
    if tail in {"3.4", "2.3"}:
        return Fault.SIZE
    if tail.startswith("6."):
        return Fault.CONTENT
    return None


def _of_code(code: int, status: str) -> Fault:
    if status and not status.endswith(NO_DETAIL):
        return Fault.MAILBOX
    return {552: Fault.SIZE, 554: Fault.CONTENT}.get(code, Fault.MAILBOX)
