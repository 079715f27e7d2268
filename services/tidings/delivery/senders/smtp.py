"""Sends by SMTP over one connection that stays open."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from tidings.delivery.senders.base import LostReplyError, Mail
from tidings.errors import RejectedError, RetryableError

TIMEOUT_SECONDS = 30.0
GREYLIST_WAIT = timedelta(minutes=5)


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


class SmtpSender:
    """Hands messages to a relay; opens the connection when needed, and again when it broke."""

    is_idempotent = False

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: Mail) -> str:
        """Hand ``mail`` over; see Sender."""
        connection = self._connected()
        try:
            self._command(*connection.mail(mail.sender))
            self._command(*connection.rcpt(mail.to))
            self._command(*connection.docmd("DATA"), wanted=354)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise RetryableError(f"{self._relay} hung up before the message: {error}") from error
        except (RetryableError, RejectedError):
            self._reset()
            raise
        return self._hand_over(connection, mail.data)

    def close(self) -> None:
        """Say goodbye to the relay, if a connection is open."""
        if self._connection is None:
            return
        try:
            self._connection.quit()
        except (smtplib.SMTPException, OSError):
            self._drop()
        self._connection = None

    def _hand_over(self, connection: smtplib.SMTP, data: bytes) -> str:
        # From here on the relay may have the whole message: what breaks now leaves us not knowing.
        try:
            connection.send(_dotted(data))
            code, answer = connection.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise LostReplyError(f"{self._relay} did not answer to the message: {error}") from error
        self._command(code, answer)
        return answer.decode(errors="replace")

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None and self._is_alive(self._connection):
            return self._connection
        self._drop()
        try:
            self._connection = self._open()
        except smtplib.SMTPAuthenticationError as error:
            raise RetryableError(f"{self._relay} does not accept our user and password") from error
        except (smtplib.SMTPException, OSError) as error:
            raise RetryableError(f"cannot reach the mail server {self._relay}: {error}") from error
        return self._connection

    def _open(self) -> smtplib.SMTP:
        relay = self._relay
        if relay.tls == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host,
                relay.port,
                timeout=TIMEOUT_SECONDS,
                context=ssl.create_default_context(),
            )
        else:
            connection = smtplib.SMTP(relay.host, relay.port, timeout=TIMEOUT_SECONDS)
        try:
            if relay.tls == "starttls":
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if relay.user:
                connection.login(relay.user, relay.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _is_alive(self, connection: smtplib.SMTP) -> bool:
        try:
            return connection.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _command(self, code: int, answer: bytes, *, wanted: int = 250) -> None:
        if code == wanted or (wanted == 250 and 200 <= code < 300):
            return
        words = f"{self._relay} answers {code} {answer.decode(errors='replace')}"
        if code == 421:
            self._drop()
        if 400 <= code < 500:
            raise RetryableError(words, after=GREYLIST_WAIT if code in {450, 451} else None)
        raise RejectedError(words)

    def _reset(self) -> None:
        if self._connection is None:
            return
        try:
            self._connection.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _dotted(data: bytes) -> bytes:
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")
