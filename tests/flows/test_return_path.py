"""Standards, rows VERP and List-Unsubscribe: what goes out by SMTP is known when it comes back."""

import pytest
from conftest import NOW
from outbox import alerts, digest, send, trail, weekly_notice
from pydantic import SecretStr
from relay import RelayServer
from returned_mail import letter, original, report
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.senders.smtp import SmtpSender
from tidings.flows.take_mail import Taken, take_mail
from tidings.subscribers.models import Follow, Subscriber, SubscriberState

DOMAIN = "bounce.tidings.example"


@pytest.fixture
def signed(settings: Settings) -> Settings:
    """Give settings with return paths and a mailbox."""
    values = {"bounce_domain": DOMAIN, "mailbox_url": SecretStr("maildir:///var/mail/returned")}
    return settings.model_copy(update=values)


def take(engine: Engine, settings: Settings, raw: bytes) -> Taken:
    with open_session(engine) as session:
        return take_mail(session, raw, settings=settings, now=NOW)


def mailto(relay: RelayServer) -> tuple[str, str]:
    """Return the address and the subject of the last mail's other way out."""
    ways = relay.messages[-1]["List-Unsubscribe"].split(", ")
    assert ways[0].startswith("<http")
    address, _, subject = ways[1].removeprefix("<mailto:").rstrip(">").partition("?subject=")
    assert len(address.partition("@")[0]) <= 64
    return address, subject


@pytest.mark.parametrize("way", ["to", "reference"])
def test_verp_a_mail_that_was_sent_is_known_by_its_envelope_and_by_its_header(
    engine: Engine,
    session: Session,
    signed: Settings,
    relay: RelayServer,
    smtp: SmtpSender,
    way: str,
) -> None:
    ids = alerts(session, signed, 2)
    session.close()
    send(engine, smtp, ids, signed)
    assert len(set(relay.senders)) == 2
    path, sent = relay.senders[1], relay.messages[1]
    assert path.endswith(f"@{DOMAIN}")
    raw = (
        report(to=path)
        if way == "to"
        else report(returned=original(reference=sent["X-Tidings-Delivery"]))
    )
    assert take(engine, signed, raw).kind == "bounced"
    assert [trail(engine, one)[-1] for one in ids] == ["accepted", "bounced_hard"]


def test_without_a_domain_for_bounces_mail_comes_back_to_where_it_is_from(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    ids = alerts(session, settings)
    session.close()
    send(engine, smtp, ids, settings)
    assert relay.senders == [settings.mail_from]
    assert "mailto:" not in relay.messages[0]["List-Unsubscribe"]
    raw = report(returned=original(message_id=relay.messages[0]["Message-ID"]))
    assert take(engine, settings, raw).kind == "bounced"


def test_a_mail_to_the_unsubscribe_address_of_an_alert_ends_its_study_alone(
    engine: Engine, session: Session, signed: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    ids = alerts(session, signed)
    session.close()
    send(engine, smtp, ids, signed)
    address, subject = mailto(relay)
    assert subject == "study-CAR0"
    taken = take(engine, signed, letter(to=address, Subject=subject))
    assert (taken.kind, taken.goodbye) == ("farewell", None)
    with open_session(engine) as reading:
        assert reading.get_one(Subscriber, 1).state is SubscriberState.ACTIVE
        assert reading.get_one(Follow, 1).ended_at is not None


def test_a_mail_to_the_unsubscribe_address_of_a_digest_ends_everything(
    engine: Engine, session: Session, signed: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    weekly_notice(session, signed)
    one = digest(session, signed)
    session.close()
    send(engine, smtp, [one], signed)
    address, subject = mailto(relay)
    taken = take(engine, signed, letter(to=address, Subject=subject))
    assert (taken.kind, taken.goodbye is not None) == ("farewell", True)
    assert take(engine, signed, letter(to=address, Subject=subject)).goodbye is None
    with open_session(engine) as reading:
        assert reading.get_one(Subscriber, 1).state is SubscriberState.ENDED
