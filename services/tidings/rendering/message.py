"""A rendered mail as the bytes that go over the wire.

What a mail says is encoded once for all its readers, and cut where each one's own token belongs
(``encode``). A message is one reader's headers around those pieces (``build``). The standard
library takes milliseconds to do the same; it is what the tests hold this to.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from secrets import token_hex

from tidings.errors import RejectedError
from tidings.rendering.bodies import MOST_ON_A_QUOTED_LINE, plain, quoted

BOUNDARY = f"=_{token_hex(16)}"
"""Made anew in every process, as SLOT is: no record can bring it into a mail."""

MOST_OF_AN_ADDRESS = 254
MOST_OF_A_NAME = 450
"""Two of them stand in one line, which is never folded: it has room for 998."""

_BREAKS_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAME = re.compile(r"<[!-;=?-~]+>")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Rendered:
    """The three parts of a mail as a reader sees them."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Pieces:
    """What a mail says, encoded: ``body`` is cut where the reader's token belongs."""

    subject: str
    subject_line: bytes
    body: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """The bytes that are kept with it."""
        return len(self.subject) + len(self.subject_line) + sum(map(len, self.body))


@dataclass(frozen=True)
class Origin:
    """Who mail is from, and where answers go."""

    name: str
    address: str
    reply_to: str = ""

    @property
    def domain(self) -> str:
        """The right-hand side of the names of our messages and lists."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class Envelope:
    """Everything about a message but what it says.

    ``list_name`` names what its reader can stop, as ``digest-weekly`` or ``study-CA286969``, and
    is empty for a mail that somebody asked for this once. ``unsubscribe_url`` takes the one-click
    POST of RFC 8058, ``unsubscribe_to`` is an address that takes a mail instead. ``thread`` names
    what all alerts of one study answer to, so that mail programs put them together. ``reference``
    names the mail in what comes back of it, whoever changes the Message-ID on the way.
    """

    to: str
    message_id: str
    kind: str
    date: datetime
    language: str = "en"
    list_name: str = ""
    help_url: str = ""
    archive_url: str = ""
    unsubscribe_url: str = ""
    unsubscribe_to: str = ""
    thread: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Message:
    """A message: its header lines, and what follows after an empty line."""

    head: bytes
    body: bytes

    def __bytes__(self) -> bytes:
        """Return it whole."""
        return b"%b\r\n%b" % (self.head, self.body)


def encode(rendered: Rendered) -> Pieces:
    """Return a mail as bytes, text first, then HTML.

    Raises RejectedError for a subject that is no single line.
    """
    text = quoted(rendered.text)
    html, encoding = plain(rendered.html), "7bit"
    if html is None:
        html, encoding = quoted(rendered.html), "quoted-printable"
    between = _part_head("html", encoding)
    text[0] = _part_head("plain", "quoted-printable") + text[0]
    html[-1] += f"\r\n--{BOUNDARY}--\r\n".encode()
    body = (*text[:-1], text[-1] + b"\r\n" + between + html[0], *html[1:])
    return Pieces(rendered.subject, _subject_line(rendered.subject), body)


def build(pieces: Pieces, envelope: Envelope, origin: Origin, *, token: str = "") -> Message:
    """Return the message of one reader, whose ``token`` comes into each slot.

    Raises RejectedError for a value that would be more than the one header, or for an address
    that is not exactly one: nothing is ever cut off or left out to make it fit.
    """
    lines = [*_names(envelope, origin), *_ways_out(envelope), *_manners(envelope, origin)]
    head = (_from(origin), pieces.subject_line, "\r\n".join(lines).encode("ascii"), b"\r\n")
    return Message(b"".join(head), token.encode("ascii").join(pieces.body))


def checked_address(address: str) -> str:
    """Return ``address`` if it is exactly one, in ASCII; RejectedError else.

    It is not said which it was: the error comes into logs.
    """
    if len(address) > MOST_OF_AN_ADDRESS or not _ADDRESS.fullmatch(address):
        raise RejectedError("a mail must go to exactly one address, written in ASCII")
    return address


def _names(envelope: Envelope, origin: Origin) -> list[str]:
    lines = [
        f"To: {checked_address(envelope.to)}",
        f"Date: {format_datetime(envelope.date)}",
        f"Message-ID: {_name(envelope.message_id)}",
        f"X-Tidings-Delivery: {_one_line(envelope.reference or envelope.message_id)}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"',
        f"Content-Language: {_one_line(envelope.language)}",
    ]
    if envelope.thread:
        root = _name(f"<{envelope.thread}@{origin.domain}>")
        lines += [f"In-Reply-To: {root}", f"References: {root}"]
    return lines


def _ways_out(envelope: Envelope) -> list[str]:
    lines: list[str] = []
    if envelope.unsubscribe_url:
        ways = [_link(envelope.unsubscribe_url)]
        if envelope.unsubscribe_to:
            ways.append(_link(f"mailto:{envelope.unsubscribe_to}"))
        # A long link stands whole: no mail program looks for one that is folded or encoded.
        lines += [
            f"List-Unsubscribe: {', '.join(ways)}",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ]
    if envelope.help_url:
        lines.append(f"List-Help: {_link(envelope.help_url)}")
    if envelope.archive_url:
        lines.append(f"List-Archive: {_link(envelope.archive_url)}")
    return lines


def _manners(envelope: Envelope, origin: Origin) -> list[str]:
    """Return what keeps other machines from answering, and tells them what this is one of."""
    lines = ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"]
    kind = _one_line(f"{envelope.kind}:{envelope.language}:tidings")
    lines.append(f"Feedback-ID: {kind}")
    if envelope.list_name:
        lines.append(f"List-Id: Tidings {_name(f'<{envelope.list_name}.{origin.domain}>')}")
        lines.append("Precedence: bulk")
    return lines


@lru_cache(maxsize=8)
def _from(origin: Origin) -> bytes:
    headers = EmailMessage(policy=SMTP)
    headers["From"] = Address(origin.name, addr_spec=origin.address)
    if origin.reply_to:
        headers["Reply-To"] = Address(addr_spec=origin.reply_to)
    return headers.as_bytes().removesuffix(b"\r\n")


def _subject_line(subject: str) -> bytes:
    if _BREAKS_A_LINE.search(subject):
        raise RejectedError("a subject must be a single line without control characters")
    plain_line = f"Subject: {subject}"
    if subject.isascii() and "=?" not in subject and len(plain_line) <= MOST_ON_A_QUOTED_LINE:
        return plain_line.encode("ascii") + b"\r\n"
    words = Header(subject, "utf-8", maxlinelen=MOST_ON_A_QUOTED_LINE, header_name="Subject")
    folded = words.encode(linesep="\r\n")
    return f"Subject: {folded}\r\n".encode("ascii")


def _one_line(value: str) -> str:
    if not value.isascii() or _BREAKS_A_LINE.search(value):
        raise RejectedError("a header must be a single line of ASCII")
    return value


def _name(name: str) -> str:
    if len(name) > MOST_OF_A_NAME or not _NAME.fullmatch(name):
        raise RejectedError("a name of a message or a list must be one word of ASCII")
    return name


def _link(url: str) -> str:
    return _name(f"<{url}>")


def _part_head(kind: str, encoding: str) -> bytes:
    return (
        f"--{BOUNDARY}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    ).encode()
