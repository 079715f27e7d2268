"""Signing in by a mailed link: once, in time, and nobody learns whom we know."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from builders import make_project
from conftest import NOW
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.errors import RejectedError
from tidings.flows.confirm import confirm
from tidings.flows.enroll import enroll
from tidings.flows.request_sign_in import request_sign_in
from tidings.flows.sign_in import SESSION_LIFE, sign_in
from tidings.flows.sign_out import sign_out
from tidings.flows.subscribe import subscribe
from tidings.flows.unsubscribe import unsubscribe
from tidings.subscribers.models import EndedReason, Subscriber, Token, TokenPurpose
from tidings.subscribers.queries import live_token
from tidings.subscribers.tokens import Scope, open_token, token_hash
from tidings.subscribers.wishes import Wish
from tidings.tables import metadata

READER, STRANGER = "reader@clinic.org", "stranger@clinic.org"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Desk:
    """The sign-in form, with one reader whom we know."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings = session, settings
        self.reader = enroll(session, READER, time_zone="UTC", settings=settings, now=NOW)

    def ask(self, address: str = READER, *, now: datetime = NOW) -> list[int]:
        return request_sign_in(self.session, address=address, settings=self.settings, now=now)

    def secret(self, *, now: datetime = NOW) -> str:
        [mail] = self.ask(now=now)
        return open_token(self.settings.secret, self.session.get_one(Delivery, mail).secret)

    def is_open(self, secret: str, *, now: datetime = NOW) -> bool:
        name = token_hash(secret)
        return live_token(self.session, name, purpose=TokenPurpose.SESSION, now=now) is not None


@pytest.fixture
def desk(session: Session, settings: Settings) -> Desk:
    return Desk(session, settings)


@contextmanager
def statements(engine: Engine) -> Generator[list[str]]:
    """Note what is asked of the database."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_link_signs_its_reader_in_for_thirty_days_and_only_its_hash_is_kept(desk: Desk) -> None:
    session = sign_in(desk.session, desk.secret(), now=NOW)
    assert desk.is_open(session)
    assert desk.is_open(session, now=NOW + SESSION_LIFE - MINUTE)
    assert not desk.is_open(session, now=NOW + SESSION_LIFE)
    stored = [
        repr(tuple(row))
        for table in metadata.tables.values()
        for row in desk.session.connection().execute(table.select())
    ]
    assert session not in "".join(stored)


def test_a_mail_is_due_for_a_reader_and_for_nobody_else(desk: Desk) -> None:
    assert desk.ask(STRANGER) == []
    [mail] = desk.ask()
    row = desk.session.get_one(Delivery, mail)
    assert (row.kind, row.subscriber_id, row.address) == (DeliveryKind.SIGN_IN, desk.reader, None)
    assert desk.session.exec(select(col(Subscriber.id))).all() == [desk.reader]
    assert len(desk.session.exec(select(Token)).all()) == 1


def test_the_same_is_asked_of_the_database_whether_or_not_we_know_the_address(
    desk: Desk, engine: Engine
) -> None:
    with statements(engine) as of_reader:
        assert desk.ask()
    with statements(engine) as of_stranger:
        assert not desk.ask(STRANGER)
    without = [one for one in of_stranger if not one.startswith("ROLLBACK TO")]
    assert without == [one for one in of_reader if not one.startswith("RELEASE")]
    assert len(without) == len(of_stranger) - 1
    assert any("INSERT INTO token" in one for one in of_stranger)


def test_three_links_a_day_may_stay_unused_and_the_next_day_there_is_one_again(desk: Desk) -> None:
    assert [len(desk.ask()) for _ in range(4)] == [1, 1, 1, 0]
    assert len(desk.ask(now=NOW + DAY)) == 1


def test_a_link_that_was_used_leaves_room_for_the_next(desk: Desk) -> None:
    for _ in range(5):
        assert sign_in(desk.session, desk.secret(), now=NOW)


@pytest.mark.parametrize("address", ["", "me@", "a@b.org, c@d.org", "a@b.org\r\nBcc: c@d.org"])
def test_what_is_no_address_is_refused_in_words(desk: Desk, address: str) -> None:
    with pytest.raises(RejectedError, match="no e-mail address"):
        desk.ask(address)


def test_a_link_works_once_and_for_twenty_minutes(desk: Desk) -> None:
    secret = desk.secret()
    with pytest.raises(RejectedError, match="has expired"):
        sign_in(desk.session, secret, now=NOW + 20 * MINUTE)
    desk.session.rollback()
    assert sign_in(desk.session, secret, now=NOW + 19 * MINUTE)
    with pytest.raises(RejectedError, match="was used before"):
        sign_in(desk.session, secret, now=NOW + 19 * MINUTE)


def test_pressed_many_times_at_once_a_link_opens_one_session(
    engine: Engine, settings: Settings
) -> None:
    with open_session(engine) as session:
        secret = Desk(session, settings).secret()

    def press(_: int) -> bool:
        with open_session(engine) as session:
            try:
                sign_in(session, secret, now=NOW)
            except RejectedError:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(24))) == 1


def test_no_link_does_what_another_is_for(desk: Desk) -> None:
    secret = desk.secret()
    with pytest.raises(RejectedError, match="not complete"):
        confirm(desk.session, secret, settings=desk.settings, now=NOW)
    desk.session.rollback()
    session = sign_in(desk.session, secret, now=NOW)
    with pytest.raises(RejectedError, match="not complete"):
        sign_in(desk.session, session, now=NOW)


def test_who_has_stopped_everything_cannot_sign_in_and_is_signed_out(desk: Desk) -> None:
    opened, unused = sign_in(desk.session, desk.secret(), now=NOW), desk.secret()
    reason = EndedReason.UNSUBSCRIBED
    unsubscribe(
        desk.session, Scope(desk.reader), reason=reason, settings=desk.settings, now=NOW + MINUTE
    )
    assert not desk.is_open(opened, now=NOW + MINUTE)
    with pytest.raises(RejectedError, match="has expired"):
        sign_in(desk.session, unused, now=NOW + MINUTE)
    assert desk.ask(now=NOW + MINUTE) == []


@pytest.mark.parametrize(("everywhere", "left"), [(False, True), (True, False)])
def test_signing_out_ends_this_session_or_all_and_links_that_are_under_way(
    desk: Desk, *, everywhere: bool, left: bool
) -> None:
    here, elsewhere = (sign_in(desk.session, desk.secret(), now=NOW) for _ in range(2))
    unused = desk.secret()
    for _ in range(2):
        sign_out(desk.session, here, everywhere=everywhere, now=NOW + MINUTE)
    assert not desk.is_open(here, now=NOW + MINUTE)
    assert desk.is_open(elsewhere, now=NOW + MINUTE) is left
    desk.session.expire_all()
    row = desk.session.exec(select(Token).where(Token.token_hash == token_hash(unused))).one()
    assert (row.expires_at > NOW + MINUTE) is left


def test_a_session_of_one_reader_ends_nothing_of_another(
    desk: Desk, session: Session, settings: Settings
) -> None:
    other = enroll(session, STRANGER, time_zone="UTC", settings=settings, now=NOW)
    [mail] = desk.ask(STRANGER)
    secret = open_token(settings.secret, session.get_one(Delivery, mail).secret)
    theirs = sign_in(session, secret, now=NOW)
    sign_out(session, sign_in(session, desk.secret(), now=NOW), everywhere=True, now=NOW)
    assert desk.is_open(theirs)
    assert other != desk.reader


def test_links_to_sign_in_do_not_count_as_unanswered_confirm_mails(desk: Desk) -> None:
    make_project(desk.session, "CA286969")
    for _ in range(3):
        desk.ask()
    asked = subscribe(
        desk.session,
        Wish(follow_key="CA286969"),
        address=READER,
        time_zone="UTC",
        settings=desk.settings,
        now=NOW,
    )
    assert stored_id(asked)
