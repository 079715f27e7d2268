"""Mail into the folder of the inbox page, and what is checked before any mail goes out."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import NOW
from outbox import alerts, digest, notice_for, row, send, trail, weekly_notice
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.delivery.journal import Journals
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.delivery.queries import add_delivery, claim, still_ours
from tidings.delivery.senders.base import Mail
from tidings.delivery.senders.capture import CaptureSender, Inbox
from tidings.delivery.senders.make import inbox_folder, make_sender
from tidings.delivery.senders.smtp import SmtpSender
from tidings.flows.lost_replies import expire_leases
from tidings.flows.record_results import MOST_CRASHES
from tidings.flows.write_mail import CONSENT
from tidings.notices.models import Notice, NoticeState
from tidings.subscribers.models import Subscriber, SubscriberState

MAIL = Mail(
    "alert:1",
    "<0123456789abcdef@tidings.example>",
    "news@tidings.example",
    "r@clinic.org",
    "Hi",
    b"Hi",
)


def nothing() -> None:
    """Note no handing over."""


@pytest.fixture
def sender(settings: Settings) -> CaptureSender:
    return CaptureSender(inbox_folder(settings))


@pytest.fixture
def inbox(settings: Settings) -> Inbox:
    return Inbox(inbox_folder(settings))


def expire(session: Session, settings: Settings, *, host: str, is_idempotent: bool) -> int:
    journals = Journals(settings.journal_dir, host=host)
    return expire_leases(session, journals=journals, is_idempotent=is_idempotent, now=NOW)


def delivery_of_kind(session: Session, kind: DeliveryKind) -> Delivery:
    reader = session.exec(select(Subscriber)).one()
    made = add_delivery(
        session,
        key=f"some:{kind}",
        subscriber_id=reader.id or 0,
        kind=kind,
        message_id="<0123456789abcdef@tidings.example>",
        due_at=NOW,
        now=NOW,
    )
    assert made is not None
    session.commit()
    return made


def test_the_settings_name_the_sender(settings: Settings) -> None:
    assert isinstance(make_sender(settings), CaptureSender)
    assert isinstance(make_sender(settings.model_copy(update={"sender": "smtp"})), SmtpSender)


def test_a_sent_mail_is_kept_and_remembers_its_subject(
    engine: Engine, session: Session, settings: Settings, sender: CaptureSender, inbox: Inbox
) -> None:
    (one,) = alerts(session, settings)
    send(engine, sender, [one], settings)
    (mail,) = inbox.newest()
    sent = row(engine, one)
    assert (sent.state, sent.sent_at) == (DeliveryState.SENT, NOW)
    assert (sent.lease_owner, sent.lease_until) == (None, None)
    assert mail.message["To"] == "r0@clinic.org"
    assert mail.message["Subject"] == sent.subject == "CAR0: new study"
    assert "Study CAR0" in mail.text
    assert "Study CAR0" in mail.html
    assert session.exec(select(Notice)).one().state is NoticeState.TOLD


def put_off(session: Session, delivery_id: int, due_at: datetime) -> None:
    delivery = session.get_one(Delivery, delivery_id)
    delivery.state, delivery.due_at = DeliveryState.DEFERRED, due_at
    session.commit()


def test_what_was_put_off_does_not_go_out_before_it_is_due(
    engine: Engine, session: Session, settings: Settings, sender: CaptureSender, inbox: Inbox
) -> None:
    (one,) = alerts(session, settings)
    put_off(session, one, NOW)
    send(engine, sender, [one], settings, now=NOW - timedelta(seconds=1))
    assert (inbox.count(), row(engine, one).attempts) == (0, 0)


def test_a_clock_that_was_set_back_by_a_day_holds_nothing_back(
    engine: Engine, session: Session, settings: Settings, sender: CaptureSender, inbox: Inbox
) -> None:
    ids = alerts(session, settings, 2)
    put_off(session, ids[0], NOW + timedelta(minutes=5))
    send(engine, sender, ids, settings, now=NOW - timedelta(days=1))
    assert inbox.count() == 2


def test_sending_twice_sends_once(
    engine: Engine, session: Session, settings: Settings, sender: CaptureSender, inbox: Inbox
) -> None:
    ids = alerts(session, settings, 2)
    for _ in range(3):
        send(engine, sender, ids, settings)
    assert inbox.count() == 2
    assert [trail(engine, one) for one in ids] == [["accepted"]] * 2


@pytest.mark.parametrize("state", [s for s in DeliveryState if s not in {"pending", "deferred"}])
def test_only_what_waits_is_claimed(
    state: DeliveryState,
    engine: Engine,
    session: Session,
    settings: Settings,
    sender: CaptureSender,
    inbox: Inbox,
) -> None:
    (one,) = alerts(session, settings)
    session.get_one(Delivery, one).state = state
    session.commit()
    assert send(engine, sender, [one], settings).states == {}
    assert inbox.count() == 0


@pytest.mark.parametrize("kind", list(DeliveryKind))
@pytest.mark.parametrize("state", list(SubscriberState))
def test_a_mail_goes_only_to_whom_its_kind_may_be_sent(
    kind: DeliveryKind,
    state: SubscriberState,
    engine: Engine,
    session: Session,
    settings: Settings,
    sender: CaptureSender,
) -> None:
    notice_for(session, settings, "reader")
    session.exec(select(Subscriber)).one().state = state
    one = delivery_of_kind(session, kind).id or 0
    send(engine, sender, [one], settings)
    withheld = row(engine, one).state is DeliveryState.SUPPRESSED
    assert withheld == (state not in CONSENT[kind])


@pytest.mark.parametrize("kind", [DeliveryKind.CHANGE_ALERT, DeliveryKind.DIGEST])
def test_a_mail_with_nothing_left_to_say_is_not_sent(
    kind: DeliveryKind,
    engine: Engine,
    session: Session,
    settings: Settings,
    sender: CaptureSender,
    inbox: Inbox,
) -> None:
    notice_for(session, settings, "reader")
    one = delivery_of_kind(session, kind).id or 0
    send(engine, sender, [one], settings)
    assert row(engine, one).state is DeliveryState.FAILED
    assert row(engine, one).last_error == "there is nothing left to tell"
    assert inbox.count() == 0


def test_a_digest_says_its_period_and_leads_to_its_receipt(
    engine: Engine, session: Session, settings: Settings, sender: CaptureSender, inbox: Inbox
) -> None:
    sweep_id = weekly_notice(session, settings).sweep_id
    send(engine, sender, [digest(session, settings)], settings)
    (mail,) = inbox.newest()
    assert mail.text.startswith("Weekly digest, ")
    assert f"{settings.site_url}/sweeps/{sweep_id}" in mail.text
    assert "away for a while" not in mail.text


def test_a_digest_after_weeks_away_says_that_it_covers_all_of_it(
    engine: Engine, session: Session, settings: Settings, sender: CaptureSender, inbox: Inbox
) -> None:
    weekly_notice(session, settings)
    later = NOW + timedelta(weeks=5)
    send(engine, sender, [digest(session, settings, weeks=5)], settings, now=later)
    assert "away for a while" in inbox.newest()[0].text


def test_a_folder_that_takes_nothing_puts_mail_off(
    engine: Engine, session: Session, settings: Settings, tmp_path: Path
) -> None:
    (one,) = alerts(session, settings)
    (tmp_path / "file").write_text("in the way")
    send(engine, CaptureSender(tmp_path / "file"), [one], settings)
    assert row(engine, one).state is DeliveryState.DEFERRED
    assert "cannot keep mail in" in row(engine, one).last_error


def test_the_same_key_is_kept_once(sender: CaptureSender, inbox: Inbox) -> None:
    assert sender.send(MAIL, nothing) == sender.send(MAIL, nothing)
    assert inbox.count() == 1


def test_a_worker_that_died_after_keeping_the_mail_leaves_one_mail(
    engine: Engine, session: Session, settings: Settings, sender: CaptureSender, inbox: Inbox
) -> None:
    (one,) = alerts(session, settings)
    (claimed,) = claim(session, [one], owner="dead", lease=timedelta(seconds=-1), now=NOW)
    sender.send(Mail(claimed.key, claimed.message_id, "a@b.org", "c@d.org", "", b""), nothing)
    session.commit()
    assert expire(session, settings, host="dead", is_idempotent=True) == 1
    assert "broke off after the message was handed over" in row(engine, one).last_error
    send(engine, sender, [one], settings)
    assert (row(engine, one).state, inbox.count()) == (DeliveryState.SENT, 1)


def test_a_worker_whose_lease_ended_has_no_say_any_more(
    session: Session, settings: Settings
) -> None:
    (one,) = alerts(session, settings)
    (slow,) = claim(session, [one], owner="slow", lease=timedelta(minutes=5), now=NOW)
    assert still_ours(session, [one], owner="slow") == [slow]
    session.exec(update(Delivery).where(col(Delivery.id) == one).values(lease_until=machine_now()))
    session.commit()
    expire(session, settings, host="slow", is_idempotent=False)
    claim(session, [one], owner="quick", lease=timedelta(minutes=5), now=NOW)
    assert still_ours(session, [one], owner="slow") == []


def test_a_key_that_is_in_the_outbox_is_not_put_there_again(
    session: Session, settings: Settings
) -> None:
    notice_for(session, settings, "reader")
    made = delivery_of_kind(session, DeliveryKind.GOODBYE)
    again = add_delivery(
        session,
        key=made.key,
        subscriber_id=made.subscriber_id,
        kind=made.kind,
        message_id=made.message_id,
        due_at=NOW,
        now=NOW,
    )
    assert again is None


def test_a_row_that_cannot_be_read_is_its_own_mails_fault_and_no_others(
    engine: Engine, session: Session, settings: Settings, sender: CaptureSender, inbox: Inbox
) -> None:
    broken, whole = alerts(session, settings, 2)
    notice = session.exec(select(Notice).where(Notice.delivery_id == broken)).one()
    notice.reasons = [{"type": "nobody knows"}]
    session.commit()
    for _ in range(MOST_CRASHES):
        with pytest.raises(ValueError, match="nobody knows"):
            send(engine, sender, [broken, whole], settings)
        assert row(engine, whole).crashes == 0
    send(engine, sender, [broken, whole], settings)
    assert [row(engine, one).state for one in (broken, whole)] == [
        DeliveryState.FAILED,
        DeliveryState.SENT,
    ]
    assert inbox.count() == 1
