"""Behind one mail's links: all that it told, and settings that tell nothing of themselves."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from builders import make_follow, make_notice, make_project
from saving import saved_search
from site_of_tests import KEY, LATER, TITLE, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import col, select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery
from tidings.flows.enroll import enroll
from tidings.notices.models import NoticeState
from tidings.notices.preferences import FOREVER
from tidings.notices.reasons import REASONS, Clause, SearchReason
from tidings.projects.models import Award, Project
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Cadence, Follow, Subscriber
from tidings.subscribers.tokens import Scope, mail_token, unsubscribe_token

ONE_CLICK = b"List-Unsubscribe=One-Click"
UNFOLLOWED = "CA000002"
BAD_TITLE = '=HYPERLINK("http://evil.example")'
MANY = 30


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database: on both, the flows behind these pages are tried themselves."""
    return sqlite_engine


@pytest.fixture
def token(engine: Engine, settings: Settings, filled: Filled) -> str:
    """Give the token in the links of the reader's one alert."""
    assert filled.subscriber_id
    with open_session(engine) as session:
        mail = session.exec(select(Delivery)).one()
    return mail_token(settings.secret, mail.subscriber_id, mail.message_id)


@pytest.fixture
def saved(engine: Engine, filled: Filled) -> SavedSearch:
    with open_session(engine) as session:
        row = saved_search(session, filled.subscriber_id, "cells")
        session.commit()
        return row


@pytest.fixture
def stranger(engine: Engine, settings: Settings, token: str) -> str:
    """Give the token of a reader who has nothing, in links of a mail that they never got."""
    with open_session(engine) as session:
        reader = enroll(session, "other@clinic.org", time_zone="UTC", settings=settings, now=LATER)
        mail = session.exec(select(Delivery)).one()
    assert token
    return mail_token(settings.secret, reader, mail.message_id)


def tell_many(engine: Engine, saved: SavedSearch) -> None:
    """Let the one mail tell of far more studies than a mail may show."""
    with open_session(engine) as session:
        mail = session.exec(select(Delivery)).one()
        follow = session.exec(select(Follow)).one()
        award = session.exec(select(Award.appl_id)).first()
        for number in range(MANY):
            project = make_project(session, f"XX{number}", current_appl_id=award, title=BAD_TITLE)
            reason = SearchReason(
                saved_search_id=stored_id(saved.id),
                appl_id=1,
                version=1,
                clauses=(
                    Clause(
                        clause="cells", field="project_title", excerpt="T cells", spans=((2, 7),)
                    ),
                ),
            )
            make_notice(
                session,
                follow,
                project_id=project.id,
                state=NoticeState.TOLD,
                delivery_id=mail.id,
                reasons=REASONS.dump_python((reason,), mode="json"),
            )


def test_the_page_shows_what_the_mail_told_and_every_find_without_a_cap(
    site: Visitor, engine: Engine, token: str, saved: SavedSearch
) -> None:
    tell_many(engine, saved)
    page = site.get(f"/mail/{token}").text
    assert TITLE.capitalize() in page
    assert "20 Nov 2026" in page
    assert f'id="search-{saved.search_id}"' in page
    assert page.count("<mark>cells</mark>") == MANY
    assert "&#34;http://evil" in page
    spanish = site.get(f"/es/mail/{token}").text
    assert "Estudios que usted sigue" in spanish
    assert "Encontrado por «cells»" in spanish


def test_the_table_has_every_change_and_find_and_no_formula(
    site: Visitor, engine: Engine, token: str, saved: SavedSearch
) -> None:
    tell_many(engine, saved)
    answer = site.get(f"/mail/{token}/changes.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    heads, *rows = csv.reader(StringIO(answer.text.removeprefix("\ufeff")))
    assert len(rows) == 1 + MANY
    [cut] = [dict(zip(heads, row, strict=True)) for row in rows if row[0] == KEY]
    assert (cut["What"], cut["Now"], cut["Seen"]) == ("End date", "20 Nov 2026", "2026-11-30")
    assert cut["Page"].endswith(f"/studies/{KEY}")
    assert {row[1] for row in rows if row[0] != KEY} == {f"'{BAD_TITLE}"}


def test_a_mail_that_is_not_kept_any_more_is_said_to_be(
    site: Visitor, settings: Settings, token: str, filled: Filled
) -> None:
    without_mail = unsubscribe_token(settings.secret, Scope(filled.subscriber_id))
    never = mail_token(settings.secret, filled.subscriber_id, f"<{'0' * 32}@tidings.example>")
    for one in (without_mail, never, filled.follow_token):
        for path in ("", "/changes.csv"):
            page = site.get(f"/mail/{one}{path}")
            assert (page.status_code, "no longer keep" in page.text) == (404, True)
    assert token


@pytest.mark.parametrize("path", ["", "/changes.csv", f"/studies/{KEY}", "/searches/1"])
def test_a_link_that_we_did_not_make_opens_nothing(site: Visitor, token: str, path: str) -> None:
    for wrong in ("x", token[:-2], token[::-1], f"{token}A", "%00", "A" * 500):
        for part in ("mail", "unsubscribe"):
            answers = [site.get(f"/{part}/{wrong}{path}")]
            answers += [site.post(f"/{part}/{wrong}{path}")] if "csv" not in path else []
            assert {one.status_code for one in answers} <= {400, 404, 405}


def test_a_mail_of_one_reader_is_not_shown_to_another(site: Visitor, stranger: str) -> None:
    page = site.get(f"/mail/{stranger}")
    assert page.status_code == 404
    assert TITLE.capitalize() not in page.text


def test_settings_look_alike_and_answer_alike_whether_or_not_there_is_anything(
    site: Visitor, token: str, stranger: str, saved: SavedSearch, filled: Filled
) -> None:
    paths = (f"/studies/{KEY}", f"/searches/{saved.search_id}")
    for path in paths:
        pages = [site.get(f"/mail/{one}{path}").text.replace(one, "T") for one in (token, stranger)]
        assert pages[0] == pages[1]
        asked = {"cadence": "monthly", "mute": "month"}
        answers = [site.post(f"/mail/{one}{path}", data=asked).text for one in (token, stranger)]
        assert answers[0] == answers[1]
        again = site.get(f"/mail/{token}{path}").text.replace(token, "T")
        assert again == pages[0]
    assert (
        site.get(f"/mail/{token}/searches/99").text.replace("/searches/99", "/searches/1")
        == site.get(f"/mail/{token}/searches/1").text
    )
    assert filled.subscriber_id


@pytest.mark.parametrize(
    ("mute", "days"), [("leave", None), ("month", 30), ("quarter", 90), ("good", 0)]
)
def test_a_study_is_muted_and_told_otherwise_and_again(
    site: Visitor, engine: Engine, token: str, mute: str, days: int | None
) -> None:
    path = f"/mail/{token}/studies/{KEY}"
    assert "It is so from now on" in site.post(path, data={"mute": mute, "cadence": "daily"}).text
    with open_session(engine) as session:
        row = session.exec(select(Follow).where(col(Follow.ended_at).is_(None))).one()
    assert row.cadence is Cadence.DAILY
    ends = machine_now() + timedelta(days=days or 0)
    if days:
        assert abs((row.muted_until or LATER) - ends) < timedelta(minutes=1)
    else:
        assert row.muted_until == (FOREVER if mute == "good" else None)
    site.post(path, data={"mute": "end"})
    with open_session(engine) as session:
        row = session.exec(select(Follow).where(col(Follow.ended_at).is_(None))).one()
    assert (row.muted_until or LATER) <= machine_now() or mute == "leave"
    assert row.cadence is Cadence.DAILY


def test_a_saved_search_is_muted_by_the_number_of_its_search(
    site: Visitor, engine: Engine, token: str, stranger: str, saved: SavedSearch
) -> None:
    path = f"searches/{saved.search_id}"
    site.post(f"/mail/{stranger}/{path}", data={"mute": "good", "cadence": "daily"})
    with open_session(engine) as session:
        assert session.exec(select(SavedSearch)).one().muted_until is None
    site.post(f"/mail/{token}/{path}", data={"mute": "good"})
    with open_session(engine) as session:
        row = session.exec(select(SavedSearch)).one()
    assert (row.muted_until, row.cadence) == (FOREVER, Cadence.WEEKLY)


def test_a_study_that_is_not_followed_stays_so(
    site: Visitor, engine: Engine, token: str, filled: Filled
) -> None:
    path = f"/mail/{token}/studies/{UNFOLLOWED}"
    assert site.post(path, data={"mute": "month", "cadence": "daily"}).status_code == 200
    with open_session(engine) as session:
        assert len(session.exec(select(Follow)).all()) == 1
    assert site.get(f"/mail/{token}/studies/NOSUCH").status_code == 404
    assert filled.subscriber_id


@pytest.mark.parametrize("what", ["", "/studies", "/searches"])
@pytest.mark.parametrize("language", ["", "/es"])
def test_one_click_of_a_mail_program_ends_each_at_once(
    site: Visitor, engine: Engine, token: str, saved: SavedSearch, what: str, language: str
) -> None:
    path = {"/studies": f"/studies/{KEY}", "/searches": f"/searches/{saved.search_id}"}.get(
        what, ""
    )
    answer = site.post(
        f"{language}/unsubscribe/{token}{path}",
        content=ONE_CLICK,
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": "https://mail.example",
            "Sec-Fetch-Site": "cross-site",
        },
        follow_redirects=False,
    )
    assert (answer.status_code, len(ONE_CLICK)) == (200, 26)
    with open_session(engine) as session:
        rows = {
            "": session.exec(select(Subscriber)).one(),
            "/studies": session.exec(select(Follow)).one(),
            "/searches": session.exec(select(SavedSearch)).one(),
        }
    assert rows[what].ended_reason == "one_click"
    assert what == "" or rows[""].ended_at is None


def test_another_readers_link_ends_nothing_and_says_the_same(
    site: Visitor, engine: Engine, token: str, stranger: str, saved: SavedSearch
) -> None:
    for path in (f"/studies/{KEY}", f"/searches/{saved.search_id}"):
        pages = [site.get(f"/unsubscribe/{one}{path}").text for one in (token, stranger)]
        assert pages[0].replace(token, "T") == pages[1].replace(stranger, "T")
        theirs = site.post(f"/unsubscribe/{stranger}{path}").text
        with open_session(engine) as session:
            assert session.exec(select(Follow)).one().ended_at is None or "searches" in path
            assert session.exec(select(SavedSearch)).one().ended_at is None
        assert site.post(f"/unsubscribe/{token}{path}").text == theirs


def test_the_page_of_an_ending_names_the_public_study_and_offers_less(
    site: Visitor, token: str
) -> None:
    page = site.get(f"/unsubscribe/{token}/studies/{KEY}").text
    assert TITLE.capitalize() in page
    assert f'href="/mail/{token}/studies/{KEY}"' in page
    assert (
        f'href="/es/mail/{token}/studies/{KEY}"'
        in site.get(f"/es/unsubscribe/{token}/studies/{KEY}").text
    )


def test_a_follow_that_came_with_a_new_cadence_ends_by_an_old_mails_link(
    site: Visitor, engine: Engine, token: str, filled: Filled
) -> None:
    site.post(f"/mail/{token}/studies/{KEY}", data={"cadence": "monthly"})
    site.post(f"/unsubscribe/{filled.follow_token}")
    with open_session(engine) as session:
        assert all(row.ended_at for row in session.exec(select(Follow)))
        assert session.exec(select(Project)).first()


def test_two_readers_of_one_study_have_their_own_settings(
    site: Visitor, engine: Engine, token: str, stranger: str
) -> None:
    with open_session(engine) as session:
        mine, theirs = session.exec(select(Subscriber).order_by(col(Subscriber.id))).all()
        project = session.exec(select(Project).where(Project.key == KEY)).one()
        make_follow(session, theirs, project)
    site.post(f"/mail/{stranger}/studies/{KEY}", data={"cadence": "monthly"})
    with open_session(engine) as session:
        live = select(Follow).where(col(Follow.ended_at).is_(None))
        found = {row.subscriber_id: row.cadence for row in session.exec(live)}
    assert found == {mine.id: Cadence.IMMEDIATE, theirs.id: Cadence.MONTHLY}
    assert token
