"""A Maildir of this machine, as mail servers write it."""

from collections.abc import Iterator
from contextlib import suppress
from mailbox import Maildir
from pathlib import Path

from tidings.delivery.mailboxes.base import LARGEST, Fate
from tidings.errors import RetryableError
from tidings.failpoints import around

ARRIVED = ("new", "cur")
SEEN = ":2,S"


class MaildirMailbox:
    """Reads a Maildir; settled messages are in its folders ``read``, ``ignored``, ``unreadable``.

    A message keeps its name and is moved by renaming: it is in one place or the other.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def messages(self, *, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield messages, the oldest names first; see Mailbox."""
        try:
            found = [one for part in ARRIVED for one in (self._path / part).iterdir()]
        except OSError as error:
            raise RetryableError(f"cannot read the mailbox: {error.strerror}") from error
        for path in sorted(found, key=lambda one: one.name)[:limit]:
            with suppress(FileNotFoundError), path.open("rb") as file:  # somebody took it away
                yield f"{path.parent.name}/{path.name}", file.read(LARGEST)

    def settle(self, key: str, fate: Fate) -> None:
        """Move a message into the folder of its fate; see Mailbox."""
        Maildir(self._path, create=False).add_folder(fate.value)
        source = self._path / key
        target = self._path / f".{fate.value}" / "cur" / f"{source.name.partition(':')[0]}{SEEN}"
        with suppress(FileNotFoundError), around("mailbox.moved"):
            source.rename(target)

    def close(self) -> None:
        """Do nothing: no file stays open."""
