"""Our application in a worker that one mail brings down, whenever it comes to be sent."""

import os
import signal

from bells import POISON

from tidings.delivery.senders.base import HandingOver, Mail, Sender
from tidings_workers import wiring
from tidings_workers.app import app

__all__ = ["app"]


class BroughtDown:
    """A sender that does not live through a mail to ``POISON``; it is caught by no except."""

    def __init__(self, sender: Sender) -> None:
        self.name, self.is_idempotent = sender.name, sender.is_idempotent
        self._sender = sender

    def send(self, mail: Mail, handing_over: HandingOver) -> str:
        """Die, or send."""
        if mail.to == POISON:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._sender.send(mail, handing_over)

    def close(self) -> None:
        """Let go of what is open."""
        self._sender.close()


_sound = wiring.sender
wiring.sender = lambda: BroughtDown(_sound())
