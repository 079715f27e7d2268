"""A reader takes all of theirs along, or has it deleted; nobody does so in their name."""

import json

import pytest
from conftest import NOW
from jsonschema import validate
from members import Member
from site_of_tests import KEY, READER, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import select, update

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryState
from tidings.flows.enroll import enroll
from tidings.subscribers.models import Follow, Subscriber, SubscriberState


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database: on both, the flows behind these pages are tried themselves."""
    return sqlite_engine


@pytest.fixture
def member(site: Visitor, engine: Engine, settings: Settings, filled: Filled) -> Member:
    return Member(site, engine, settings, filled.subscriber_id)


def readers(engine: Engine) -> int:
    with open_session(engine) as session:
        return len(session.exec(select(Subscriber)).all())


def test_the_file_is_a_download_that_nobody_keeps(member: Member, site: Visitor) -> None:
    answer = member.post("/manage/export")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="tidings-')
    file = json.loads(answer.text)
    assert (file["format"], file["address"]) == ("tidings-export/1", READER)
    assert [one["study"] for one in file["follows"]] == [KEY]
    validate(file, site.get("/export/schema.json").json())


def test_the_page_says_what_goes_and_what_stays(member: Member) -> None:
    page = member.get("/manage/delete").text
    assert all(part in page for part in ("What goes", "What stays", "Type DELETE"))
    assert 'href="/manage/delete"' in member.get("/manage").text


@pytest.mark.parametrize("word", ["DELETE", " delete ", "BORRAR"])
def test_whoever_types_the_word_is_forgotten_and_signed_out(
    member: Member, engine: Engine, word: str
) -> None:
    path = "/es/manage/delete" if word == "BORRAR" else "/manage/delete"
    page = member.post(path, word=word)
    assert page.status_code == 200
    assert 'tidings=""' in page.headers["set-cookie"]
    assert readers(engine) == 0
    assert member.get("/manage", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("word", ["", "yes", "BORRAR"])
def test_any_other_word_deletes_nothing(member: Member, engine: Engine, word: str) -> None:
    page = member.post("/manage/delete", word=word)
    assert (page.status_code, "Please type DELETE" in page.text) == (400, True)
    assert readers(engine) == 1


def test_while_a_mail_is_on_its_way_the_page_says_so(member: Member, engine: Engine) -> None:
    with open_session(engine) as session:
        session.exec(update(Delivery).values(state=DeliveryState.SENDING))
        session.commit()
    page = member.post("/manage/delete", word="DELETE")
    assert (page.status_code, "on its way at this moment" in page.text) == (400, True)
    assert readers(engine) == 1


@pytest.mark.parametrize("path", ["/manage/export", "/manage/delete"])
def test_without_the_token_of_the_form_or_a_session_nothing_happens(
    member: Member, site: Visitor, engine: Engine, path: str
) -> None:
    assert member.post(path, word="DELETE", form_token="").status_code == 403
    stranger = site.post(path, data={"word": "DELETE"}, follow_redirects=False)
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/sign-in")
    with open_session(engine) as session:
        assert session.exec(select(Follow)).one().ended_at is None


def test_the_links_of_old_mails_end_nothing_of_who_comes_next(
    member: Member, site: Visitor, filled: Filled, engine: Engine, settings: Settings
) -> None:
    member.post("/manage/delete", word="DELETE")
    with open_session(engine) as session:
        enroll(session, "next@clinic.org", time_zone="UTC", settings=settings, now=NOW)
    assert site.post(f"/unsubscribe/{filled.all_token}").status_code == 200
    with open_session(engine) as session:
        assert session.exec(select(Subscriber)).one().state is SubscriberState.ACTIVE
