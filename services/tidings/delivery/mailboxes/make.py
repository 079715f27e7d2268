"""The mailbox that the settings name."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from tidings.config import Settings
from tidings.delivery.mailboxes.base import Mailbox
from tidings.delivery.mailboxes.imap import Account, ImapMailbox
from tidings.delivery.mailboxes.maildir import MaildirMailbox
from tidings.errors import RejectedError

PORTS = {"imaps": 993, "imap": 143}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def make_mailbox(settings: Settings) -> Mailbox | None:
    """Return the mailbox in use, or None; it opens nothing before it is read.

    Raises RejectedError for an address that makes no sense, or that would send a password over
    the network in the clear.
    """
    url = urlsplit(settings.mailbox_url.get_secret_value())
    if not url.scheme:
        return None
    if url.scheme == "maildir":
        if not url.path.strip("/") or url.netloc:
            raise RejectedError("TIDINGS_MAILBOX_URL needs a whole path: maildir:///var/mail/x")
        return MaildirMailbox(Path(unquote(url.path)))
    if not url.hostname or not url.username or url.password is None:
        raise RejectedError("TIDINGS_MAILBOX_URL needs imaps://user:password@host/INBOX")
    if url.scheme == "imap" and url.hostname not in LOOPBACK:
        raise RejectedError("TIDINGS_MAILBOX_URL: use imaps://, or the password can be read")
    return ImapMailbox(
        Account(
            host=url.hostname,
            port=url.port or PORTS[url.scheme],
            user=unquote(url.username),
            password=unquote(url.password),
            folder=unquote(url.path.strip("/")) or "INBOX",
            is_encrypted=url.scheme == "imaps",
        )
    )
