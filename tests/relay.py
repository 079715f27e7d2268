"""A real mail server for tests, that takes, refuses or forgets to answer as it is told."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from threading import Lock
from typing import Any

from aiosmtpd.controller import Controller

from tidings.sandbox.serve import free_port

HANG_UP = "hang up"
"""In place of an answer: the connection is cut after the message was taken."""


class RelayServer:
    """Takes messages on ``port``; ``answer`` decides the reply to each, given how many came.

    ``senders`` and ``recipients`` are the envelopes' of the messages that it took, ``contents``
    their bytes.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[Message] = []
        self.senders: list[str] = []
        self.recipients: list[list[str]] = []
        self.contents: list[bytes] = []
        self.connections = 0
        self.seconds = 0.0
        self.answer: Callable[[int], str] = lambda _count: "250 OK"
        self.answer_to_recipient = "250 OK"
        self._lock = Lock()

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count the connections."""
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Answer to a recipient."""
        if self.answer_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Answer to a message, after some thought; it is kept when it is taken."""
        await asyncio.sleep(self.seconds)
        with self._lock:
            reply = self.answer(len(self.messages))
            if reply.startswith("250") or reply == HANG_UP:
                self.messages.append(message_from_bytes(envelope.content))
                self.senders.append(envelope.mail_from)
                self.recipients.append(list(envelope.rcpt_tos))
                self.contents.append(envelope.content)
        if reply == HANG_UP:
            server.transport.abort()
        return reply


@contextmanager
def running_relay() -> Generator[RelayServer]:
    """Run a relay on a free port."""
    relay = RelayServer()
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port)
    controller.start()
    try:
        yield relay
    finally:
        controller.stop()
