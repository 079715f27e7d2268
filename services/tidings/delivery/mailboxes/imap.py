"""A mailbox behind IMAP, by the standard library's client."""

from collections.abc import Iterator
from dataclasses import dataclass
from imaplib import IMAP4, IMAP4_SSL
from ssl import create_default_context
from typing import Any

from tidings.delivery.mailboxes.base import LARGEST, Fate
from tidings.errors import RetryableError
from tidings.failpoints import around

TIMEOUT_SECONDS = 30.0
"""The longest wait for one answer."""

KEYWORDS = {fate: f"tidings_{fate.value}" for fate in Fate}
"""Keywords of settled messages. Another program may read or flag messages as it likes."""

WAITING = " ".join(f"UNKEYWORD {keyword}" for keyword in KEYWORDS.values())


@dataclass(frozen=True)
class Account:
    """Where the mailbox is, and who may read it."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    is_encrypted: bool = True


class ImapMailbox:
    """Reads a folder over IMAP; what is settled gets a keyword, and stays where it is.

    What a human has to look at stays unread, and is flagged.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._open: IMAP4 | None = None

    def messages(self, *, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield messages, the oldest first; see Mailbox."""
        try:
            connection = self._connection()
            found = self._ask(connection, "SEARCH", "UNDELETED", WAITING)
            for key in b" ".join(one for one in found if one).decode("ascii").split()[:limit]:
                parts = self._ask(connection, "FETCH", key, f"(BODY.PEEK[]<0.{LARGEST}>)")
                # None for a message that somebody deleted meanwhile
                yield from ((key, part[1]) for part in parts if isinstance(part, tuple))
        except (IMAP4.error, OSError, ValueError) as error:
            self.close()
            raise self._unreachable(error) from error

    def settle(self, key: str, fate: Fate) -> None:
        """Give a message the keyword of its fate; see Mailbox."""
        flag = "\\Flagged" if fate is Fate.UNREADABLE else "\\Seen"
        try:
            connection = self._connection()
            with around("mailbox.flagged"):
                self._ask(connection, "STORE", key, "+FLAGS", f"({flag} {KEYWORDS[fate]})")
        except (IMAP4.error, OSError) as error:
            self.close()
            raise self._unreachable(error) from error

    def close(self) -> None:
        """Say goodbye to the server, if a connection is open."""
        connection, self._open = self._open, None
        if connection is not None:
            try:
                connection.logout()
            except (IMAP4.error, OSError):
                connection.shutdown()

    def _connection(self) -> IMAP4:
        if self._open is None:
            self._open = self._connect()
        return self._open

    def _connect(self) -> IMAP4:
        account = self._account
        connection: IMAP4 = (
            IMAP4_SSL(
                account.host,
                account.port,
                ssl_context=create_default_context(),
                timeout=TIMEOUT_SECONDS,
            )
            if account.is_encrypted
            else IMAP4(account.host, account.port, timeout=TIMEOUT_SECONDS)
        )
        try:
            with around("mailbox.entered"):
                connection.login(account.user, account.password)
            self._open_folder(connection)
        except BaseException:
            connection.shutdown()
            raise
        return connection

    def _open_folder(self, connection: IMAP4) -> None:
        answer, _ = connection.select(f'"{self._account.folder}"')
        if answer != "OK":
            raise IMAP4.error("it has no such folder")

    def _ask(self, connection: IMAP4, command: str, *arguments: str) -> list[Any]:
        answer, data = connection.uid(command, *arguments)
        if answer != "OK":
            raise IMAP4.error(f"it answers {answer} to {command}")
        return data

    def _unreachable(self, error: Exception) -> RetryableError:
        where = f"{self._account.host}:{self._account.port}"
        return RetryableError(f"cannot read the mailbox at {where}: {type(error).__name__}")
