"""The public form: nothing comes of a wish until the address itself agrees."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from builders import make_project
from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.errors import QueryError, RejectedError
from tidings.flows.confirm import confirm
from tidings.flows.enroll import enroll
from tidings.flows.subscribe import subscribe
from tidings.projects.models import Project
from tidings.searches.models import SavedSearch
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import (
    Cadence,
    DigestSchedule,
    Follow,
    Subscriber,
    SubscriberState,
    Token,
)
from tidings.subscribers.tokens import open_token, token_hash
from tidings.subscribers.wishes import MAX_WISHES, WISHES, Wish
from tidings.tables import metadata

ADDRESS = "Reader@clinic.org"
FOLLOW = Wish(follow_key="CA286969", cadence=Cadence.DAILY)
SEARCH = Wish(search_text="title:trop2", cadence=Cadence.WEEKLY)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Form:
    """The public form, and the mailbox that it writes to."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings = session, settings

    def send(
        self,
        wish: Wish = FOLLOW,
        *,
        address: str = ADDRESS,
        zone: str = "Europe/Berlin",
        now: datetime = NOW,
    ) -> int | None:
        return subscribe(
            self.session, wish, address=address, time_zone=zone, settings=self.settings, now=now
        )

    def token_sent(self, *wishes: Wish, now: datetime = NOW) -> str:
        """Send wishes through the form and read the token in the one mail that comes of them."""
        [delivery] = [delivery for wish in wishes if (delivery := self.send(wish, now=now))]
        sealed = self.session.get_one(Delivery, delivery).secret
        return open_token(self.settings.secret, sealed)

    def reader(self) -> Subscriber:
        self.session.expire_all()
        return self.session.exec(select(Subscriber)).one()

    def mails(self) -> list[Delivery]:
        self.session.expire_all()
        return list(self.session.exec(select(Delivery).order_by(col(Delivery.id))))

    def wishes(self) -> tuple[Wish, ...]:
        self.session.expire_all()
        return WISHES.validate_python(self.session.exec(select(Token)).one().wishes)

    def follows(self) -> list[Follow]:
        self.session.expire_all()
        return list(self.session.exec(select(Follow)))


@pytest.fixture
def form(session: Session, settings: Settings) -> Form:
    """Give the form, with one project to follow."""
    make_project(session, "CA286969")
    return Form(session, settings)


def test_an_unknown_address_is_asked_and_gets_nothing_else(form: Form, settings: Settings) -> None:
    delivery_id = form.send()
    [mail] = form.mails()
    assert mail.id == delivery_id
    assert (mail.kind, mail.state, mail.due_at) == (
        DeliveryKind.CONFIRM,
        DeliveryState.PENDING,
        NOW,
    )
    reader = form.reader()
    assert (reader.state, reader.time_zone) == (SubscriberState.PENDING, "Europe/Berlin")
    assert AddressBook(settings.secret).open(reader.address) == ADDRESS
    assert form.follows() == []
    assert form.session.exec(select(DigestSchedule)).all() == []


def test_neither_the_address_nor_the_token_can_be_read_in_the_database(form: Form) -> None:
    secret = form.token_sent(FOLLOW)
    dump = "".join(
        repr(tuple(row))
        for table in metadata.tables.values()
        for row in form.session.connection().execute(table.select())
    )
    assert token_hash(secret) in dump
    assert secret not in dump
    assert "clinic" not in dump.lower()


@pytest.mark.parametrize(
    "address", ["reader@clinic.org, other@clinic.org", "reader@clinic.org\r\nBcc: x@y.org", ""]
)
def test_an_invalid_address_is_refused_in_words_and_leaves_no_row(form: Form, address: str) -> None:
    with pytest.raises(RejectedError, match="no e-mail address"):
        form.send(address=address)
    assert form.session.exec(select(Subscriber)).all() == []


@pytest.mark.parametrize("zone", ["Atlantis/Capital", "America", "", "../etc/passwd", "\x00"])
def test_an_unknown_time_zone_is_refused(form: Form, zone: str) -> None:
    with pytest.raises(RejectedError, match="There is no time zone"):
        form.send(zone=zone)


def test_a_study_that_is_not_known_is_refused(form: Form) -> None:
    with pytest.raises(RejectedError, match="We know no study CA1"):
        form.send(Wish(follow_key="CA1"))


def test_a_search_that_does_not_parse_is_refused_at_its_column(form: Form) -> None:
    with pytest.raises(QueryError) as refusal:
        form.send(Wish(search_text="title:(trop2"))
    assert refusal.value.column > 1
    assert form.session.exec(select(Subscriber)).all() == []


def test_a_wish_for_nothing_is_refused(form: Form) -> None:
    with pytest.raises(RejectedError, match="Choose a study"):
        form.send(Wish())


def test_wishes_of_one_day_share_one_mail(form: Form) -> None:
    assert form.send(FOLLOW) is not None
    assert form.send(SEARCH, now=NOW + HOUR) is None
    assert form.send(FOLLOW, now=NOW + 2 * HOUR, address="reader@CLINIC.org") is None
    assert len(form.mails()) == 1
    assert form.wishes() == (FOLLOW, SEARCH)


def test_one_mail_carries_a_bounded_number_of_wishes(form: Form) -> None:
    for number in range(MAX_WISHES + 5):
        form.send(Wish(search_text=f"title:word{number}"))
    assert len(form.wishes()) == MAX_WISHES


def test_an_address_is_asked_again_the_next_day_but_three_times_a_month_at_most(
    form: Form,
) -> None:
    asked = [form.send(now=NOW + n * 3 * HOUR) is not None for n in range(30 * 8)]
    assert [n for n, mailed in enumerate(asked) if mailed] == [0, 8, 16]
    assert form.send(now=NOW + 31 * DAY) is not None


def test_an_answered_mail_does_not_count_against_the_next(form: Form) -> None:
    confirm(form.session, form.token_sent(FOLLOW), settings=form.settings, now=NOW)
    assert form.send(SEARCH, now=NOW + HOUR) is not None


def test_a_reader_who_is_active_is_asked_as_well_before_anything_is_added(
    form: Form, settings: Settings
) -> None:
    enroll(form.session, ADDRESS, time_zone="Asia/Kolkata", settings=settings, now=NOW)
    assert form.send(zone="Europe/Berlin") is not None
    assert form.follows() == []
    reader = form.reader()
    assert (reader.state, reader.time_zone) == (SubscriberState.ACTIVE, "Asia/Kolkata")


def test_the_same_wish_from_two_windows_at_once_is_one_mail(
    engine: Engine, settings: Settings
) -> None:
    with open_session(engine) as session:
        make_project(session, "CA286969")

    def send(_: int) -> int | None:
        with open_session(engine) as session:
            return Form(session, settings).send()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(send, range(8)))
    assert len([delivery for delivery in made if delivery is not None]) == 1
    with open_session(engine) as session:
        assert len(session.exec(select(Token)).all()) == 1


def test_the_click_brings_about_all_that_was_asked_for(form: Form) -> None:
    secret = form.token_sent(FOLLOW, SEARCH)
    confirm(form.session, secret, settings=form.settings, now=NOW + HOUR)
    reader = form.reader()
    assert (reader.state, reader.confirmed_at) == (SubscriberState.ACTIVE, NOW + HOUR)
    [follow] = form.follows()
    assert (follow.subscriber_id, follow.cadence) == (reader.id, Cadence.DAILY)
    saved = form.session.exec(select(SavedSearch)).one()
    assert (saved.subscriber_id, saved.text) == (reader.id, "title:trop2")
    assert (saved.name, saved.cadence) == ("title:trop2", Cadence.WEEKLY)
    cadences = form.session.exec(select(col(DigestSchedule.cadence))).all()
    assert set(cadences) == {Cadence.DAILY, Cadence.WEEKLY}


def test_a_link_works_once(form: Form) -> None:
    secret = form.token_sent(FOLLOW)
    confirm(form.session, secret, settings=form.settings, now=NOW)
    with pytest.raises(RejectedError, match="was used before"):
        confirm(form.session, secret, settings=form.settings, now=NOW)
    assert len(form.follows()) == 1


def test_a_link_works_for_two_days(form: Form) -> None:
    late, in_time = form.token_sent(FOLLOW), form.token_sent(FOLLOW, now=NOW + DAY)
    with pytest.raises(RejectedError, match="has expired"):
        confirm(form.session, late, settings=form.settings, now=NOW + 2 * DAY)
    assert form.reader().state is SubscriberState.PENDING
    confirm(form.session, in_time, settings=form.settings, now=NOW + 3 * DAY - HOUR)
    assert form.reader().state is SubscriberState.ACTIVE


@pytest.mark.parametrize("secret", ["", "x", "x" * 43])
def test_a_link_that_we_did_not_make_is_refused(form: Form, secret: str) -> None:
    form.send()
    with pytest.raises(RejectedError, match="not complete"):
        confirm(form.session, secret, settings=form.settings, now=NOW)


def test_pressing_the_button_many_times_at_once_follows_once(
    engine: Engine, settings: Settings
) -> None:
    with open_session(engine) as session:
        make_project(session, "CA286969")
        secret = Form(session, settings).token_sent(FOLLOW)

    def press(_: int) -> bool:
        with open_session(engine) as session:
            try:
                confirm(session, secret, settings=settings, now=NOW)
            except RejectedError:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(press, range(8)))
    assert done.count(True) == 1
    with open_session(engine) as session:
        assert len(session.exec(select(Follow)).all()) == 1


def test_a_study_that_is_gone_by_then_does_not_spoil_the_other_wishes(form: Form) -> None:
    secret = form.token_sent(FOLLOW, SEARCH)
    form.session.delete(form.session.exec(select(Project)).one())
    form.session.commit()
    confirm(form.session, secret, settings=form.settings, now=NOW)
    assert form.follows() == []
    assert len(form.session.exec(select(SavedSearch)).all()) == 1


def test_an_operator_may_vouch_for_a_reader(form: Form, settings: Settings) -> None:
    first = enroll(form.session, ADDRESS, time_zone="Asia/Kolkata", settings=settings, now=NOW)
    again = enroll(form.session, ADDRESS, time_zone="Europe/Berlin", settings=settings, now=NOW)
    assert first == again
    reader = form.reader()
    assert (reader.state, reader.confirmed_at) == (SubscriberState.ACTIVE, NOW)
    assert reader.time_zone == "Asia/Kolkata"


def test_a_reader_is_welcomed_once_each_time_they_come_and_not_for_a_further_wish(
    form: Form, settings: Settings
) -> None:
    first, second = form.token_sent(FOLLOW), form.token_sent(SEARCH, now=NOW + DAY)
    welcome = confirm(form.session, first, settings=settings, now=NOW + DAY)
    row = form.session.get_one(Delivery, welcome)
    assert (row.kind, row.state) == (DeliveryKind.WELCOME, DeliveryState.PENDING)
    # the second mail was sent before the first was answered: one welcome tells of both
    assert confirm(form.session, second, settings=settings, now=NOW + DAY + HOUR) is None
    later = form.token_sent(Wish(search_text="gout"), now=NOW + 3 * DAY)
    assert confirm(form.session, later, settings=settings, now=NOW + 3 * DAY) is None


def test_the_language_of_the_page_is_that_of_the_mails_until_the_reader_says_otherwise(
    form: Form, settings: Settings
) -> None:
    def ask(language: str, now: datetime) -> str:
        made = subscribe(
            form.session,
            FOLLOW,
            address=ADDRESS,
            time_zone="UTC",
            language=language,
            settings=settings,
            now=now,
        )
        return open_token(settings.secret, form.session.get_one(Delivery, made).secret)

    confirm(form.session, ask("es", NOW), settings=settings, now=NOW)
    ask("en", NOW + HOUR)
    assert form.reader().language == "es"
