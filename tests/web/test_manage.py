"""What a reader has, on pages of their own: each thing can be changed, and nobody else's."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from members import Member
from saving import saved_search
from site_of_tests import KEY, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.flows.enroll import enroll
from tidings.notices.preferences import FOREVER
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Cadence, Follow, Subscriber, SubscriberState

SEARCH = "immune cells"


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database: on both, the flows behind these pages are tried themselves."""
    return sqlite_engine


@pytest.fixture
def saved(engine: Engine, filled: Filled) -> int:
    with open_session(engine) as session:
        row = saved_search(session, filled.subscriber_id, SEARCH)
        session.commit()
        return stored_id(row.id)


@pytest.fixture
def member(site: Visitor, engine: Engine, settings: Settings, filled: Filled) -> Member:
    return Member(site, engine, settings, filled.subscriber_id)


@pytest.fixture
def other(site: Visitor, engine: Engine, settings: Settings) -> Member:
    with open_session(engine) as session:
        reader = enroll(
            session, "other@clinic.org", time_zone="UTC", settings=settings, now=machine_now()
        )
    return Member(site, engine, settings, reader)


def live_follow(session: Session) -> Follow:
    return session.exec(select(Follow).where(col(Follow.ended_at).is_(None))).one()


def the_search(session: Session) -> SavedSearch:
    return session.exec(select(SavedSearch)).one()


def the_reader(session: Session) -> Subscriber:
    return session.exec(select(Subscriber).order_by(col(Subscriber.id))).all()[0]


def test_the_page_lists_all_a_reader_has_and_nothing_of_others(
    member: Member, other: Member, saved: int
) -> None:
    page = member.get("/manage").text
    assert all(f'href="/manage/{part}"' in page for part in (f"studies/{KEY}", f"searches/{saved}"))
    assert "at once" in page
    theirs = other.get("/manage").text
    assert "You follow no study" in theirs
    assert SEARCH not in theirs


def test_a_follow_gets_all_that_its_form_says(member: Member, engine: Engine) -> None:
    answer = member.post(
        f"/manage/studies/{KEY}",
        cadence="weekly",
        cuts="immediate",
        papers="monthly",
        dollars="50,000",
        percent="10",
        days="",
        mute="quarter",
        words="ask Dr. Lane",
    )
    assert answer.headers["location"] == "/manage?done=saved"
    with open_session(engine) as session:
        row = live_follow(session)
    assert (row.cadence, row.note) == (Cadence.WEEKLY, "ask Dr. Lane")
    assert row.threshold == {"dollars": 50_000, "percent": 10}
    kinds = row.cadence_by_kind
    assert (kinds["end_cut"], kinds["reversed"], kinds["new_publication"]) == (
        *("immediate", "immediate"),
        "monthly",
    )
    assert "amount_changed" not in kinds
    assert row.muted_until
    assert abs(row.muted_until - machine_now() - timedelta(days=90)) < timedelta(minutes=1)
    page = member.get(f"/manage/studies/{KEY}").text
    assert all(f'value="{text}"' in page for text in ("50000", "10"))
    assert ">ask Dr. Lane</textarea>" in page
    assert "Stay muted until" in page
    assert "muted until" in member.get("/manage?done=saved").text


def test_sending_the_form_as_it_was_shown_changes_nothing(member: Member, engine: Engine) -> None:
    form = {"cadence": "daily", "texts": "paused", "days": "30", "words": "n", "mute": "good"}
    member.post(f"/manage/studies/{KEY}", **form)
    with open_session(engine) as session:
        before = live_follow(session).model_dump()
    assert before["muted_until"] == FOREVER
    member.post(f"/manage/studies/{KEY}", **form | {"mute": "leave"})
    with open_session(engine) as session:
        assert live_follow(session).model_dump() == before


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("dollars", "many", "whole number"),
        ("days", "-3", "whole number"),
        ("percent", "999", "not that large"),
        ("words", "n" * 501, "at most 500"),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_is_kept(
    member: Member, engine: Engine, field: str, text: str, said: str
) -> None:
    page = member.post(f"/manage/studies/{KEY}", cadence="monthly", **{field: text})
    assert (page.status_code, said in page.text, text in page.text) == (400, True, True)
    assert '<option value="monthly" selected>' in page.text
    with open_session(engine) as session:
        assert live_follow(session).cadence is Cadence.IMMEDIATE


def test_a_saved_search_gets_all_that_its_form_says(
    member: Member, engine: Engine, saved: int
) -> None:
    form = {"cadence": "daily", "finds": "immediate", "mute": "good", "words": "My search"}
    assert member.post(f"/manage/searches/{saved}", **form).status_code == 303
    with open_session(engine) as session:
        row = the_search(session)
    assert (row.name, row.cadence, row.cadence_by_kind) == (
        *("My search", Cadence.DAILY),
        {"new_project": "immediate"},
    )
    assert row.muted_until == FOREVER
    member.post(f"/manage/searches/{saved}", **form | {"mute": "end"})
    with open_session(engine) as session:
        assert (the_search(session).muted_until or FOREVER) <= machine_now()
    assert member.post(f"/manage/searches/{saved}", **form | {"words": " "}).status_code == 400


@pytest.mark.parametrize("find", [live_follow, the_search])
def test_nobody_sees_or_changes_what_is_anothers(
    other: Member,
    engine: Engine,
    saved: int,
    find: Callable[[Session], Follow | SavedSearch],
) -> None:
    with open_session(engine) as session:
        before = find(session).model_dump()
    for path in (f"/manage/studies/{KEY}", f"/manage/searches/{saved}"):
        page = other.get(path)
        assert (page.status_code, SEARCH in page.text) == (404, False)
        assert other.post(path, cadence="paused", words="theirs").status_code == 404
        other.post(f"{path}/stop")
    assert other.post(f"/manage/searches/{saved}/feed").status_code == 400
    with open_session(engine) as session:
        assert find(session).model_dump() == before


def test_a_study_and_a_search_end_by_their_buttons_and_the_reader_stays(
    member: Member, engine: Engine, saved: int
) -> None:
    for path in (f"studies/{KEY}", f"searches/{saved}"):
        answer = member.post(f"/manage/{path}/stop")
        assert "It has ended" in member.get(answer.headers["location"]).text
    page = member.get("/manage").text
    assert "You follow no study" in page
    assert "You have saved no search" in page
    with open_session(engine) as session:
        assert the_reader(session).state is SubscriberState.ACTIVE


def test_settings_are_changed_and_shown(member: Member, engine: Engine) -> None:
    form = {
        "time_zone": "America/Phoenix",
        "language": "es",
        "digest_hour": "17",
        "quiet_from": "22",
        "quiet_until": "6",
        "names_searches": "1",
    }
    assert member.post("/manage/settings", **form).headers["location"] == "/manage?done=saved"
    with open_session(engine) as session:
        row = the_reader(session)
    assert (row.time_zone, row.language, row.digest_hour) == ("America/Phoenix", "es", 17)
    assert (row.quiet_from, row.quiet_until) == (22, 6)
    assert (row.heartbeat, row.names_searches) == (False, True)
    page = member.get("/manage/settings").text
    assert '<option value="17" selected>' in page
    assert "17:00, America/Phoenix" in member.get("/manage").text
    wrong = member.post("/manage/settings", **form | {"time_zone": "Atlantis/Capital"})
    assert (wrong.status_code, "There is no time zone" in wrong.text) == (400, True)
    assert 'value="17" selected' in wrong.text


def test_stopping_everything_ends_all_and_signs_out(member: Member, engine: Engine) -> None:
    assert "Stop all mail?" in member.get("/manage/stop").text
    page = member.post("/manage/stop")
    assert "It has ended" in page.text
    assert 'tidings=""' in page.headers["set-cookie"]
    assert member.get("/manage", follow_redirects=False).status_code == 303
    with open_session(engine) as session:
        assert the_reader(session).state is SubscriberState.ENDED
        goodbyes = select(Delivery).where(Delivery.kind == DeliveryKind.GOODBYE)
        assert len(session.exec(goodbyes).all()) == 1


@pytest.mark.parametrize("what", ["feed", "calendar"])
def test_a_secret_address_is_shown_once_works_and_can_be_switched_off(
    member: Member, site: Visitor, saved: int, what: str
) -> None:
    path = "/manage/calendar" if what == "calendar" else f"/manage/searches/{saved}/feed"
    made = member.post(path)
    address = made.text.partition('<p class="code query">')[2].partition("</p>")[0]
    public = address.removeprefix("http://127.0.0.1:8000")
    assert site.get(public).status_code == 200
    shown = member.get("/manage").text + member.get(f"/manage/searches/{saved}").text
    assert public not in shown
    assert "Make a new address" in shown
    assert member.post(f"{path}/end").status_code == 303
    assert site.get(public).status_code == 404


def test_all_of_it_is_there_in_spanish(member: Member, saved: int) -> None:
    for path in ("", "/settings", "/address", "/stop", f"/studies/{KEY}", f"/searches/{saved}"):
        page = member.get(f"/es/manage{path}")
        assert 'lang="es"' in page.text
        assert 'action="/manage' not in page.text
    answer = member.post("/es/manage/searches/" + str(saved), cadence="daily", words="x")
    assert answer.headers["location"] == "/es/manage?done=saved"
