"""Mail providers tell what became of mail: heard only if they prove it, and noted once."""

import orjson
import pytest
from outbox import trail
from provider_calls import PASSWORD, SNS_TOPIC, Account, postmark_call, ses_bounce
from pydantic import SecretStr
from site_of_tests import READER, Filled, Visitor, fill
from sqlalchemy import Engine

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Suppression
from tidings.delivery.quarantine import count_unreadable
from tidings.delivery.verp import reference
from tidings.subscribers.models import Subscriber
from tidings.upkeep.queries import tallies
from tidings.web import sns_certificates
from tidings.web.app import create_app

SES, POSTMARK, SENDGRID = (f"/hooks/mail/{one}" for one in ("ses", "postmark", "sendgrid"))


@pytest.fixture(scope="module")
def account() -> Account:
    return Account(machine_now())


@pytest.fixture
def heard(settings: Settings, account: Account) -> Settings:
    """Give settings that know every provider."""
    return settings.model_copy(
        update={
            "ses_topic_arn": SNS_TOPIC,
            "postmark_hook_password": SecretStr(PASSWORD),
            "sendgrid_hook_key": account.public_key,
        }
    )


@pytest.fixture
def hooks(
    engine: Engine, heard: Settings, account: Account, monkeypatch: pytest.MonkeyPatch
) -> Visitor:
    def certificate_of(_url: str) -> bytes:
        return account.pem

    monkeypatch.setattr(sns_certificates, "certificate_of", certificate_of)
    return Visitor(create_app(heard, engine))


@pytest.fixture
def mailed(engine: Engine, heard: Settings) -> Filled:
    return fill(engine, heard)


def reason(engine: Engine, reader_id: int) -> str | None:
    with open_session(engine) as session:
        reader = session.get_one(Subscriber, reader_id)
        found = session.get(Suppression, reader.address_hash)
    return found.reason if found else None


def counted(engine: Engine) -> dict[str, int]:
    with open_session(engine) as session:
        return {one.name: one.count for one in tallies(session, prefix="intake.")}


def test_ses_tells_of_a_bounce_twice_and_it_is_noted_once(
    engine: Engine, heard: Settings, mailed: Filled, hooks: Visitor, account: Account
) -> None:
    name = {"name": "X-Tidings-Delivery", "value": reference(heard.secret, 1)}
    body = account.sns(ses_bounce(headers=[name]), at=machine_now())
    for _ in range(2):
        answer = hooks.post(SES, content=body, headers={"content-type": "text/plain"})
        assert (answer.status_code, answer.text) == (200, "Taken.")
    assert trail(engine, 1) == ["accepted", "bounced_hard"]
    assert reason(engine, mailed.subscriber_id) == "hard"
    assert counted(engine) == {"intake.bounced": 1, "intake.bounced_again": 1}


def test_postmark_tells_of_a_complaint_by_the_address_alone(
    engine: Engine, mailed: Filled, hooks: Visitor
) -> None:
    call = postmark_call({"RecordType": "SpamComplaint", "Email": READER}, at=machine_now())
    assert hooks.post(POSTMARK, content=call.body, headers=call.headers).status_code == 200
    assert reason(engine, mailed.subscriber_id) == "complaint"


def test_sendgrid_tells_of_many_mails_at_once_and_of_some_that_are_not_ours(
    engine: Engine, mailed: Filled, hooks: Visitor, account: Account
) -> None:
    events = [
        {"event": "unsubscribe", "email": READER},
        {"event": "bounce", "email": "stranger@elsewhere.example", "status": "5.1.1"},
        {"event": "open", "email": READER},
    ]
    call = account.sendgrid(events, at=machine_now())
    assert hooks.post(SENDGRID, content=call.body, headers=call.headers).status_code == 200
    assert reason(engine, mailed.subscriber_id) == "unsubscribed"
    assert counted(engine) == {"intake.unsubscribed": 1, "intake.unknown": 1, "intake.other": 1}


def test_an_unproven_call_changes_nothing(engine: Engine, mailed: Filled, hooks: Visitor) -> None:
    forged = Account(machine_now()).sns(ses_bounce(), at=machine_now())
    complaint = orjson.dumps({"RecordType": "SpamComplaint", "Email": READER})
    events = orjson.dumps([{"event": "spamreport", "email": READER}])
    for path, body in ((SES, forged), (POSTMARK, complaint), (SENDGRID, events)):
        assert hooks.post(path, content=body).status_code == 403
    assert reason(engine, mailed.subscriber_id) is None
    assert counted(engine) == {}


def test_a_proven_call_that_cannot_be_read_is_kept_and_not_asked_for_again(
    heard: Settings, hooks: Visitor
) -> None:
    call = postmark_call(b"{", at=machine_now())
    assert hooks.post(POSTMARK, content=call.body, headers=call.headers).status_code == 202
    assert hooks.post(SES, content=b"{").status_code == 403
    assert count_unreadable(heard.unreadable_dir) == 1


def test_a_provider_that_the_settings_do_not_know_has_no_page(
    sqlite_engine: Engine, settings: Settings
) -> None:
    visitor = Visitor(create_app(settings, sqlite_engine))
    for path in (SES, POSTMARK, SENDGRID, "/hooks/mail/another"):
        assert visitor.post(path, content=b"{}").status_code == 404
        assert visitor.get(path).status_code == 405


def test_more_than_any_provider_sends_is_refused_before_it_is_read(
    sqlite_engine: Engine, heard: Settings
) -> None:
    visitor = Visitor(create_app(heard, sqlite_engine))
    assert visitor.post(POSTMARK, content=b" " * 2_000_001).status_code == 413


def test_a_certificate_that_cannot_be_had_is_asked_for_again(
    sqlite_engine: Engine, heard: Settings, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nobody is there
    sns_certificates.certificate_of.cache_clear()
    visitor = Visitor(create_app(heard, sqlite_engine))
    body = account.sns(ses_bounce(), at=machine_now())
    assert visitor.post(SES, content=body).status_code == 503
