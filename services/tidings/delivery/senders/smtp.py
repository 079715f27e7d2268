"""Sends by SMTP over one connection that stays open."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Literal

from tidings.delivery.senders.base import HandingOver, LostReplyError, Mail, RelayDownError
from tidings.errors import RejectedError, RetryableError
from tidings.failpoints import around

TIMEOUT_SECONDS = 30.0
"""The longest wait for one answer."""

MAIL_SECONDS = 55.0
"""The longest that one message may take in all."""

GREYLIST_WAIT = timedelta(minutes=5)
GOING_DOWN = 421

Reply = tuple[int, bytes]


@dataclass(frozen=True)
class Relay:
    """The mail server that takes our mail."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: Literal["none", "starttls", "tls"] = "starttls"

    def __str__(self) -> str:
        """Name the relay as operators know it."""
        return f"{self.host}:{self.port}"


class _HungUpError(Exception):
    """The relay ended the connection before the message."""


class SmtpSender:
    """Hands messages to a relay; opens the connection when needed, and again when it broke."""

    is_idempotent = False

    def __init__(self, relay: Relay) -> None:
        self.name = f"relay {relay}"
        self._relay = relay
        self._connection: smtplib.SMTP | None = None
        self._deadline = 0.0

    def send(self, mail: Mail, handing_over: HandingOver) -> str:
        """Hand ``mail`` over; see Sender."""
        self._deadline = monotonic() + MAIL_SECONDS
        was_open = self._connection is not None
        try:
            try:
                connection = self._announce(mail)
            except _HungUpError:
                if not was_open:
                    raise
                connection = self._announce(mail)  # it had only been idle, or full, for too long
        except _HungUpError as error:
            raise RelayDownError(f"{self._relay} hung up before the message: {error}") from error
        try:
            handing_over()
        except BaseException:
            self._drop()  # there is no other way out of DATA
            raise
        return self._hand_over(connection, mail.data)

    def close(self) -> None:
        """Say goodbye to the relay, if a connection is open."""
        if self._connection is None:
            return
        try:
            with around("smtp.quit"):
                self._connection.quit()
        except (smtplib.SMTPException, OSError):
            self._drop()
        self._connection = None

    def _announce(self, mail: Mail) -> smtplib.SMTP:
        """Say who writes to whom, as far as the relay's leave to go on."""
        connection = self._connection or self._connect()
        try:
            with around("smtp.mail"):
                self._expect(self._ask(connection, lambda: connection.mail(mail.sender)))
            with around("smtp.rcpt"):
                self._expect(self._ask(connection, lambda: connection.rcpt(mail.to)))
            with around("smtp.data"):
                self._expect(self._ask(connection, lambda: connection.docmd("DATA")), wanted=354)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise _HungUpError(str(error)) from error
        except (RetryableError, RejectedError):
            self._reset()
            raise
        return connection

    def _hand_over(self, connection: smtplib.SMTP, data: bytes) -> str:
        # From here on the relay may have the whole message: what breaks now leaves us not knowing.
        try:
            self._hurry(connection)
            with around("smtp.dot"):
                connection.send(_dotted(data))
            with around("smtp.reply"):
                reply = self._ask(connection, connection.getreply)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise LostReplyError(f"{self._relay} did not answer to the message: {error}") from error
        try:
            self._expect(reply)
        except _HungUpError as error:
            raise RetryableError(str(error)) from error
        return reply[1].decode(errors="replace")

    def _connect(self) -> smtplib.SMTP:
        try:
            with around("smtp.connect"):
                self._connection = self._open()
        except smtplib.SMTPAuthenticationError as error:
            raise RelayDownError(f"{self._relay} does not accept our user and password") from error
        except (smtplib.SMTPException, OSError) as error:
            raise RelayDownError(f"cannot reach the mail server {self._relay}: {error}") from error
        return self._connection

    def _open(self) -> smtplib.SMTP:
        relay = self._relay
        context = None if relay.tls == "none" else ssl.create_default_context()
        connection: smtplib.SMTP = (
            smtplib.SMTP_SSL(relay.host, relay.port, timeout=TIMEOUT_SECONDS, context=context)
            if relay.tls == "tls"
            else smtplib.SMTP(relay.host, relay.port, timeout=TIMEOUT_SECONDS)
        )
        try:
            if relay.tls == "starttls":
                with around("smtp.starttls"):
                    connection.starttls(context=context)
            with around("smtp.ehlo"):
                connection.ehlo_or_helo_if_needed()
            if relay.user:
                with around("smtp.login"):
                    connection.login(relay.user, relay.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _ask(self, connection: smtplib.SMTP, command: Callable[[], Reply]) -> Reply:
        self._hurry(connection)
        return command()

    def _hurry(self, connection: smtplib.SMTP) -> None:
        """Let the next step take no longer than the message still may."""
        if connection.sock is not None:
            left = self._deadline - monotonic()
            connection.sock.settimeout(max(0.1, min(TIMEOUT_SECONDS, left)))

    def _expect(self, reply: Reply, *, wanted: int = 250) -> None:
        code, answer = reply
        if code == wanted or (wanted == 250 and 200 <= code < 300):
            return
        words = f"{self._relay} answers {code} {answer.decode(errors='replace')}"
        if code == GOING_DOWN:
            self._drop()
            raise _HungUpError(words)
        if 400 <= code < 500:
            raise RetryableError(words, after=GREYLIST_WAIT if code in {450, 451} else None)
        raise RejectedError(words)

    def _reset(self) -> None:
        if self._connection is None:
            return
        try:
            with around("smtp.reset"):
                self._connection.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _dotted(data: bytes) -> bytes:
    """Return a message as DATA wants it: a dot more where a line begins with one, and the last.

    It has its lines' ends right already, so that this costs a fraction of what smtplib's own takes.
    """
    stuffed = data.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")
