"""The sink where Postfix cannot be had: ``python -m tests.bench.mail.aiosmtpd_sink PORT``."""

import sys
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller


class Counter:
    """Takes every message, and says how many it has taken."""

    def __init__(self) -> None:
        self._count = 0

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message."""
        self._count += 1
        sys.stdout.write(f"mesg={self._count}\n")
        sys.stdout.flush()
        return "250 OK"


if __name__ == "__main__":
    Controller(Counter(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    Event().wait()
