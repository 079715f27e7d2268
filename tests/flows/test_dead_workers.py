"""A worker dies with a batch in hand: its journal says what became of each message."""

import os
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import NOW
from outbox import alerts, digest, row, send, trail, weekly_notice
from relay import RelayServer
from sqlalchemy import Engine, event
from sqlmodel import Session, col, update

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.db.time import database_now
from tidings.delivery.journal import Journals
from tidings.delivery.models import Delivery, DeliveryState
from tidings.delivery.senders.smtp import Relay, SmtpSender
from tidings.failpoints import FailpointError, arm, read_plan
from tidings.flows.lost_replies import ELSEWHERE, expire_leases
from tidings.flows.record_results import MOST_CRASHES
from tidings.flows.replay_delivery import replay_delivery


@pytest.fixture(autouse=True)
def disarmed() -> Generator[None]:
    yield
    arm(None)


def die_while_sending(
    engine: Engine, ids: list[int], settings: Settings, relay: RelayServer, plan: str
) -> None:
    """Let a worker of its own, a child process, send these and be killed at a failpoint."""
    child = os.fork()
    if child == 0:
        engine.dispose(close=False)  # its connections are its parent's
        arm(read_plan(plan))
        send(engine, SmtpSender(Relay("127.0.0.1", relay.port, tls="none")), ids, settings)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it was to be killed"


def settle(engine: Engine, settings: Settings, *, host: str | None = None) -> int:
    """Let the leases end, and settle them."""
    with open_session(engine) as session:
        taken = col(Delivery.lease_until).is_not(None)
        past = database_now(session) - timedelta(seconds=1)
        session.exec(update(Delivery).where(taken).values(lease_until=past))
        session.commit()
        journals = Journals(settings.journal_dir, host=host)
        return expire_leases(session, journals=journals, is_idempotent=False, now=NOW)


def states(engine: Engine, ids: list[int]) -> list[DeliveryState]:
    return [row(engine, one).state for one in ids]


def test_only_the_message_between_its_last_byte_and_its_answer_may_go_out_twice(
    engine: Engine, session: Session, settings: Settings, smtp: SmtpSender, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 6)
    session.close()
    die_while_sending(engine, ids, settings, relay, "smtp.dot:after=kill@3")
    assert states(engine, ids) == [DeliveryState.SENDING] * 6
    assert settle(engine, settings) == 6
    assert states(engine, ids) == [DeliveryState.SENT] * 2 + [DeliveryState.PENDING] * 4
    assert [row(engine, one).attempts for one in ids] == [1, 1, 1, 0, 0, 0]
    send(engine, smtp, ids, settings)
    assert states(engine, ids) == [DeliveryState.SENT] * 6
    copies = [message["Message-ID"] for message in relay.messages]
    assert (len(copies) - len(set(copies)), len(set(copies))) in {(1, 6), (0, 6)}
    assert [trail(engine, one) for one in ids] == [
        *[["accepted"]] * 2,
        ["unknown", "accepted"],
        *[["accepted"]] * 3,
    ]


@pytest.mark.parametrize("point", ["mail.rendered", "smtp.connect:after", "smtp.data:after"])
def test_a_worker_that_dies_before_the_last_byte_leaves_nothing_to_doubt(
    point: str,
    engine: Engine,
    session: Session,
    settings: Settings,
    smtp: SmtpSender,
    relay: RelayServer,
) -> None:
    ids = alerts(session, settings, 3)
    session.close()
    die_while_sending(engine, ids, settings, relay, f"{point}=kill")
    settle(engine, settings)
    send(engine, smtp, ids, settings)
    assert states(engine, ids) == [DeliveryState.SENT] * 3
    assert len(relay.messages) == 3
    assert trail(engine, ids[0]) == ["released", "accepted"]


def test_a_digest_in_hand_that_never_left_is_sent_and_not_put_off_to_the_next(
    engine: Engine, session: Session, settings: Settings, smtp: SmtpSender, relay: RelayServer
) -> None:
    weekly_notice(session, settings)
    one = digest(session, settings)
    session.close()
    die_while_sending(engine, [one], settings, relay, "smtp.rcpt:after=kill")
    settle(engine, settings)
    send(engine, smtp, [one], settings)
    assert (states(engine, [one]), len(relay.messages)) == ([DeliveryState.SENT], 1)


def test_an_answer_that_came_is_recorded_though_its_worker_died_before_it_could(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 3)
    session.close()
    relay.answer = lambda count: "550 5.1.1 no such reader" if count == 1 else "250 taken"
    die_while_sending(engine, ids, settings, relay, "delivery.recorded:before=kill")
    settle(engine, settings)
    assert sorted(states(engine, ids)) == ["failed", "failed", "sent"]
    assert len(relay.messages) == 1


def test_without_its_journal_a_batch_is_in_doubt_but_left_a_while_to_whoever_has_it(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 2)
    session.close()
    die_while_sending(engine, ids, settings, relay, "smtp.mail:before=kill")
    for path in settings.journal_dir.iterdir():
        path.unlink()
    assert settle(engine, settings, host="elsewhere") == 0
    with open_session(engine) as other:
        late = database_now(other) - ELSEWHERE - timedelta(seconds=1)
        other.exec(update(Delivery).values(lease_until=late))
        other.commit()
        journals = Journals(settings.journal_dir, host="elsewhere")
        assert expire_leases(other, journals=journals, is_idempotent=False, now=NOW) == 2
    assert [trail(engine, one) for one in ids] == [["unknown"]] * 2


def test_a_journal_from_before_a_power_cut_is_not_believed_in_what_it_does_not_say(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 3)
    session.close()
    die_while_sending(engine, ids, settings, relay, "smtp.mail:before=kill@2")
    (path,) = settings.journal_dir.iterdir()
    head, _, rest = path.read_text(encoding="ascii").partition("\n")
    path.write_text('{"boot":"another"}\n' + rest, encoding="ascii")
    assert "boot" in head
    settle(engine, settings)
    assert [trail(engine, one) for one in ids] == [["accepted"], ["unknown"], ["unknown"]]


def test_a_message_that_ends_every_worker_becomes_a_dead_letter_and_its_mates_are_sent(
    engine: Engine, session: Session, settings: Settings, smtp: SmtpSender, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 4)
    session.close()
    for _ in range(MOST_CRASHES):
        die_while_sending(engine, ids, settings, relay, "mail.rendered=kill@1")
        settle(engine, settings)
    send(engine, smtp, ids, settings)
    assert states(engine, ids) == [DeliveryState.FAILED] + [DeliveryState.SENT] * 3
    assert row(engine, ids[0]).last_error == f"{MOST_CRASHES} attempts broke off with it in hand"
    with open_session(engine) as other:
        replay_delivery(other, ids[0], actor="eva", now=NOW)
    send(engine, smtp, ids, settings)
    assert states(engine, ids) == [DeliveryState.SENT] * 4


def test_a_bug_that_one_message_brings_out_is_loud_and_leaves_the_others_free(
    engine: Engine, session: Session, settings: Settings, smtp: SmtpSender
) -> None:
    ids = alerts(session, settings, 3)
    session.close()
    arm(read_plan("mail.rendered=raise@2"))
    with pytest.raises(FailpointError):
        send(engine, smtp, ids, settings)
    assert states(engine, ids) == [DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.PENDING]
    assert [row(engine, one).crashes for one in ids] == [0, 1, 0]
    assert [row(engine, one).attempts for one in ids] == [1, 1, 0]
    assert list(settings.journal_dir.iterdir()) == []


def test_a_connection_that_breaks_at_the_last_byte_leaves_a_doubt_and_no_other_loss(
    engine: Engine, session: Session, settings: Settings, smtp: SmtpSender
) -> None:
    ids = alerts(session, settings, 3)
    session.close()
    arm(read_plan("smtp.reply:before=drop@2"))
    send(engine, smtp, ids, settings)
    assert states(engine, ids) == [DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.SENT]
    assert trail(engine, ids[1]) == ["unknown"]


def test_a_worker_that_was_stopped_for_longer_than_its_lease_hands_nothing_over_any_more(
    engine: Engine, session: Session, settings: Settings, smtp: SmtpSender, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 2)
    session.close()
    brief = settings.model_copy(update={"delivery_lease": 0.2})
    arm(read_plan("smtp.data:after=sleep:0.3@1"))
    send(engine, smtp, ids, brief)
    assert relay.messages == []
    assert states(engine, ids) == [DeliveryState.PENDING] * 2
    assert [row(engine, one).attempts for one in ids] == [0, 0]


def test_a_batch_costs_two_commits(
    engine: Engine, session: Session, settings: Settings, smtp: SmtpSender
) -> None:
    ids = alerts(session, settings, 30)
    session.close()
    commits: list[object] = []

    def count(connection: object) -> None:
        commits.append(connection)

    event.listen(engine, "commit", count)
    send(engine, smtp, ids, settings)
    event.remove(engine, "commit", count)
    assert states(engine, ids) == [DeliveryState.SENT] * 30
    assert len(commits) == 2


def test_a_journal_with_a_torn_last_line_is_read_up_to_it(tmp_path: Path) -> None:
    journals = Journals(tmp_path, host="here")
    with journals.keep("here:1") as journal:
        journal.take(7)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + b'{"id":8,"st')
    kept = journals.read("here:1")
    assert kept is not None
    assert (kept.fate(7), kept.fate(8)) == ("in hand", "untouched")
