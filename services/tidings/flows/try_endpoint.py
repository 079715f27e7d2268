"""Ask an endpoint for a sign of life; one that gives it is called from then on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.session import commit, open_session
from tidings.delivery.endpoint_queries import endpoint_of
from tidings.delivery.endpoints import EndpointVault, is_live, note_failure, switch_on
from tidings.delivery.models import Endpoint, EndpointKind
from tidings.delivery.senders.calls import CallSenders
from tidings.delivery.senders.chat import ChatCall
from tidings.delivery.senders.webhook import WebhookCall
from tidings.delivery.webhooks import ProbeEvent
from tidings.errors import RejectedError, TidingsError
from tidings.rendering.speech import Sayable, Speech
from tidings.upkeep.queries import take_lease

APART = timedelta(seconds=5)
"""Between two tests of one reader: a test is a call to an address that they chose."""


@dataclass(frozen=True)
class CallSite:
    """What a test is made with."""

    engine: Engine
    settings: Settings
    senders: CallSenders


@dataclass(frozen=True)
class Answered:
    """What a test brought to light: whether it went well, and what was answered."""

    is_well: bool
    answer: str


def try_endpoint(
    site: CallSite,
    endpoint_id: int,
    *,
    subscriber_id: int,
    speech: Speech,
    now: datetime,
) -> Answered:
    """Call an endpoint now, and switch it on if it takes that; no transaction is open meanwhile.

    Safe to call twice: it calls again. Raises RejectedError where there is no such endpoint, and
    when the reader tested one a moment ago.
    """
    with open_session(site.engine) as session:
        endpoint = endpoint_of(session, endpoint_id, subscriber_id)
        if endpoint is None:
            raise RejectedError(Sayable("There is no such address."))
        name = f"endpoint test of {subscriber_id}"
        if not take_lease(session, name, token_hex(8), ttl=APART):
            raise RejectedError(Sayable("Please wait a few seconds between two tests."))
        commit(session, "endpoint.asked")
    tested = _try(site, endpoint, speech=speech, now=now)
    with open_session(site.engine) as session:
        again = endpoint_of(session, endpoint_id, subscriber_id)
        if again is not None and tested.is_well:
            switch_on(again)
        elif again is not None and is_live(again):
            note_failure(again, is_gone=False, now=now)
        commit(session, "endpoint.tested")
    return tested


def _try(site: CallSite, endpoint: Endpoint, *, speech: Speech, now: datetime) -> Answered:
    senders, vault = site.senders, EndpointVault(site.settings.secret)
    address = vault.address(endpoint)
    try:
        if endpoint.kind is EndpointKind.CHAT:
            words = speech.say(
                "Tidings can write here. News of what you follow will come this way."
            )
            chat = ChatCall(address, speech.say("A test"), words)
            return Answered(is_well=True, answer=senders.chat.send(chat, _nothing))
        body = ProbeEvent(timestamp=now).model_dump_json().encode()
        secrets = vault.secrets(endpoint).signing(now=now)
        call = WebhookCall(f"test:{endpoint.id}:{token_hex(8)}", address, secrets, body)
        return Answered(is_well=True, answer=senders.webhook.send(call, _nothing))
    except TidingsError as error:
        return Answered(is_well=False, answer=error.text)


def _nothing() -> None:
    """Hand over: nobody keeps a journal of tests."""
