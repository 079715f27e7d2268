"""A mail server that takes everything and notes it before it says so.

Run as a module: ``python -m tests.chaos.mailbox PORT HISTORY``. With a folder that holds
``key.pem`` and ``certificate.pem`` as third word it speaks TLS and asks for a password, and refuses
recipients whose names begin with "refused".
"""

import asyncio
import os
import re
import ssl
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult
from tests.chaos.history import History

SECONDS = float(os.environ.get("MAILBOX_SECONDS", "0"))
"""How long it thinks about a message: half before it notes it, half before it says so."""

STUDY = re.compile(r"/studies/([A-Za-z0-9.-]+)")
CONFIRM = re.compile(r"/confirm/(\S+)")


def described(message: EmailMessage) -> dict[str, Any]:
    """Return who was written to, of which studies, under which Message-ID."""
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    confirm = CONFIRM.search(text)
    return {
        "to": str(message["To"]),
        "message_id": str(message["Message-ID"]),
        "mail": str(message["Feedback-ID"]).partition(":")[0],
        "studies": sorted(set(STUDY.findall(text))),
        "confirm": confirm.group(1) if confirm else "",
    }


class Mailbox:
    """Notes who was written to, of which studies, under which Message-ID."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take any recipient but those who are to be refused."""
        if address.startswith("refused"):
            return "550 5.1.1 no such reader"
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message."""
        await asyncio.sleep(SECONDS / 2)
        message = message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
        self._history.add("mail", **described(message) | {"to": envelope.rcpt_tos[0]})
        await asyncio.sleep(SECONDS / 2)
        return "250 taken"


def _anybody(*_: Any) -> AuthResult:
    return AuthResult(success=True)


def _make_server(history: History, keys: Path | None) -> SMTP:
    if keys is None:
        return SMTP(Mailbox(history), hostname="127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(keys / "certificate.pem", keys / "key.pem")
    return SMTP(Mailbox(history), hostname="127.0.0.1", tls_context=context, authenticator=_anybody)


async def serve(port: int, history: History, keys: Path | None) -> None:
    """Take mail until the process is ended."""
    server = await asyncio.get_running_loop().create_server(
        lambda: _make_server(history, keys), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    _, number, path, *rest = sys.argv
    asyncio.run(serve(int(number), History(Path(path)), Path(rest[0]) if rest else None))
