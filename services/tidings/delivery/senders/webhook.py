"""Calls webhooks, as Standard Webhooks says."""

from collections.abc import Sequence
from dataclasses import dataclass

from tidings.clock import machine_now
from tidings.delivery.answers import words_of
from tidings.delivery.guarding import GuardedClient
from tidings.delivery.senders.base import HandingOver, LostReplyError
from tidings.delivery.webhooks import headers_of
from tidings.errors import RetryableError


@dataclass(frozen=True)
class WebhookCall:
    """One finished call; ``secrets`` sign it, and ``key`` is its webhook-id."""

    key: str
    url: str
    secrets: Sequence[str]
    body: bytes


class WebhookSender:
    """Posts calls, each under the same webhook-id however often it is sent.

    The other side knows a repeat by it. So what may have arrived is simply sent again: a call
    arrives at least once.
    """

    def __init__(self, client: GuardedClient) -> None:
        self._client = client

    def send(self, call: WebhookCall, handing_over: HandingOver) -> str:
        """Post ``call`` and return the other side's answer.

        Raises GoneError when it wants none any more, RejectedError for an address that we do not
        call, RetryableError for all else.
        """
        now = machine_now()  # receivers compare the timestamp with their own clocks
        headers = headers_of(call.body, webhook_id=call.key, secrets=call.secrets, at=now)
        try:
            answer = self._client.post(call.url, call.body, headers, handing_over=handing_over)
        except LostReplyError as error:
            raise RetryableError(error.text) from error
        return words_of(answer, now=now)
