"""Keeps mail in a folder instead of sending it: what the inbox page shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from hashlib import sha256
from itertools import islice
from os import getpid
from pathlib import Path

from tidings.delivery.senders.base import HandingOver, Mail, RelayDownError
from tidings.failpoints import around

NAME_LENGTH = 24
LOOKED_THROUGH = 2000
"""Of more mails than this, a search of the inbox leaves out the oldest."""


class CaptureSender:
    """Writes each message to a file named by its key: sent twice, it is there once."""

    is_idempotent = True

    def __init__(self, folder: Path) -> None:
        self.name = f"inbox {folder.name}"
        self._folder = folder

    def send(self, mail: Mail, handing_over: HandingOver) -> str:
        """Keep ``mail``; RelayDownError when the folder takes nothing."""
        name = sha256(mail.key.encode()).hexdigest()[:NAME_LENGTH]
        path = self._folder / f"{name}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                part = path.with_suffix(f".{getpid()}.part")
                part.write_bytes(mail.data)
                handing_over()
                with around("mail.kept"):
                    part.rename(path)
        except OSError as error:
            raise RelayDownError(f"cannot keep mail in {self._folder}: {error.strerror}") from error
        return f"kept as {path.name}"

    def close(self) -> None:
        """Do nothing: no file stays open."""


@dataclass(frozen=True)
class CapturedMail:
    """A kept message: ``id`` names it in addresses of the inbox page."""

    id: str
    captured_at: datetime
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """The message, read whole."""
        return _parsed(self.raw)

    @cached_property
    def headers(self) -> EmailMessage:
        """Its headers alone, which takes a hundredth of the time."""
        return _parsed(self.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")

    @property
    def text(self) -> str:
        """The text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    def says(self, wanted: str) -> bool:
        """Say whether this stands in its subject, its recipient or its text, in any case."""
        told = (str(self.headers["Subject"]), str(self.headers["To"]))
        return any(wanted.casefold() in one.casefold() for one in told) or (
            wanted.casefold() in self.text.casefold()
        )

    def _part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body is not None else ""


class Inbox:
    """Reads what CaptureSender kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self, limit: int = 200, *, wanted: str = "") -> list[CapturedMail]:
        """Return the latest messages that say ``wanted``, newest first.

        Of many, only the newest are looked through.
        """
        files = sorted(self._files(), key=_age)[:LOOKED_THROUGH]
        found = (mail for mail in map(_read, files) if not wanted or mail.says(wanted))
        return list(islice(found, limit))

    def count(self) -> int:
        """Return how many messages there are."""
        return sum(1 for _ in self._files())

    def one(self, mail_id: str) -> CapturedMail | None:
        """Return the message with this id, or None."""
        path = self._folder / f"{mail_id}.eml"
        is_ours = len(mail_id) == NAME_LENGTH and mail_id.isalnum()
        return _read(path) if is_ours and path.exists() else None

    def _files(self) -> Iterator[Path]:
        return self._folder.glob("*.eml")


def _age(path: Path) -> float:
    return -path.stat().st_mtime


def _read(path: Path) -> CapturedMail:
    captured_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return CapturedMail(id=path.stem, captured_at=captured_at, raw=path.read_bytes())


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, EmailMessage, policy=policy.default)
