"""The mails that arrived in a trial, by whichever way it sends."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tests.chaos.history import Event, History
from tests.chaos.mailbox import described

from tidings.delivery.senders.capture import Inbox


class Sent(Protocol):
    """Where a trial's mails are to be found."""

    @property
    def env(self) -> dict[str, str]:
        """Its settings."""
        ...

    @property
    def history(self) -> History:
        """Its history."""
        ...


def mails_of(trial: Sent) -> Sequence[Event]:
    """Return what arrived: who was written to, of which studies, under which Message-ID."""
    if trial.env["TIDINGS_SENDER"] == "smtp":
        return [event for event in trial.history.read() if event["kind"] == "mail"]
    inbox = Inbox(Path(trial.env["TIDINGS_DATA_DIR"]) / "inbox")
    found = [
        {"at": mail.captured_at.timestamp(), **described(mail.message)}
        for mail in inbox.newest(limit=10_000)
    ]
    return sorted(found, key=lambda mail: mail["at"])
