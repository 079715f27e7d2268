"""The sender that the settings name."""

from pathlib import Path

from tidings.config import Settings
from tidings.delivery.senders.base import Sender
from tidings.delivery.senders.capture import CaptureSender
from tidings.delivery.senders.smtp import Relay, SmtpSender


def inbox_folder(settings: Settings) -> Path:
    """Return the folder that captured mail is kept in."""
    return settings.data_dir / "inbox"


def make_sender(settings: Settings) -> Sender:
    """Return the sender in use; it opens nothing before it sends."""
    if settings.sender == "capture":
        return CaptureSender(inbox_folder(settings))
    return SmtpSender(
        Relay(
            host=settings.smtp_host,
            port=settings.smtp_port,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value(),
            tls=settings.smtp_tls,
        )
    )
