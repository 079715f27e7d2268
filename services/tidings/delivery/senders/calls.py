"""The senders of calls, over one guarded client."""

from dataclasses import dataclass

from tidings.config import Settings
from tidings.delivery.guarding import GuardedClient, Rules
from tidings.delivery.senders.chat import ChatSender
from tidings.delivery.senders.webhook import WebhookSender


@dataclass(frozen=True)
class CallSenders:
    """One sender for each kind of endpoint; threads may share them."""

    webhook: WebhookSender
    chat: ChatSender


def rules_of(settings: Settings) -> Rules:
    """Return where calls may go."""
    return Rules(local=settings.allow_local_endpoints)


def make_call_senders(settings: Settings, client: GuardedClient | None = None) -> CallSenders:
    """Return the senders in use; they open nothing before they send."""
    guarded = client or GuardedClient(rules_of(settings))
    return CallSenders(WebhookSender(guarded), ChatSender(guarded))
