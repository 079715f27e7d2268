"""Lists on the site: made, published, followed with an address alone, taken along, taken over."""

import re
from html import unescape

import orjson
import pytest
from jsonschema import validate
from members import Member
from site_of_tests import HOME, KEY, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.flows.enroll import enroll
from tidings.subscribers.tokens import open_token
from tidings.watchlists.models import Watchlist
from tidings.watchlists.queries import lists_followed
from tidings.watchlists.signing import is_signed_by

HOSTILE = '<script>alert("x")</script> \u202e{{ 7 * 7 }}'
FORM = {"title": "Stiff tissue", "about": "Why\n\nit matters", "language": "en", "lines": KEY}


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database: on both, the flows behind these pages are tried themselves."""
    return sqlite_engine


@pytest.fixture
def member(site: Visitor, engine: Engine, settings: Settings, filled: Filled) -> Member:
    return Member(site, engine, settings, filled.subscriber_id)


@pytest.fixture
def other(site: Visitor, engine: Engine, settings: Settings) -> Member:
    with open_session(engine) as session:
        now = machine_now()
        reader = enroll(session, "other@clinic.org", time_zone="UTC", settings=settings, now=now)
    return Member(site, engine, settings, reader)


def publish(member: Member, **form: str) -> str:
    """Make a list and publish it; return its path."""
    made = member.post("/manage/lists", **FORM | form).headers["location"].partition("?")[0]
    assert member.post(f"{made}/reach", reach="everybody").status_code == 303
    found = re.search(r'href="(/lists/[0-9a-f]{16})"', member.get(made).text)
    assert found is not None
    return found[1]


def test_a_list_begins_with_what_its_maker_follows_and_is_seen_by_all_once_public(
    member: Member, site: Visitor
) -> None:
    assert f">{KEY}</textarea>" in member.get("/manage/lists/new").text
    path = publish(member)
    page = site.get(path).text
    assert all(part in page for part in ("Stiff tissue", '<p lang="en">it matters</p>'))
    assert f'href="/studies/{KEY}"' in page
    assert "20 Nov 2026" in page
    made = re.search(r'href="(/manage/lists/\d+)"', member.get("/manage/lists").text)
    assert made is not None
    member.post(f"{made[1]}/reach", reach="nobody")
    for gone in (path, f"{path}/list.json", f"{path}/list.opml"):
        assert site.get(gone).status_code == 404


def test_its_file_is_signed_with_the_key_that_the_site_shows(member: Member, site: Visitor) -> None:
    path = publish(member)
    answer = site.get(f"{path}/list.json")
    known = site.get("/.well-known/tidings.json").json()
    (key,) = known["keys"]
    document = orjson.loads(answer.content)
    assert is_signed_by(document, key["public_key"])
    validate(document, site.get(known["schema"]).json())
    assert (document["key_id"], document["site"]) == (key["key_id"], HOME)
    again = site.get(f"{path}/list.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_its_outline_and_that_of_what_a_reader_follows_name_the_feeds(
    member: Member, site: Visitor
) -> None:
    feed = f'xmlUrl="{HOME}/studies/{KEY}/feed.atom"'
    assert feed in site.get(f"{publish(member)}/list.opml").text
    own = member.get("/manage/lists/own.opml")
    assert feed in own.text
    assert own.headers["cache-control"] == "no-store"
    assert site.get("/manage/lists/own.opml", follow_redirects=False).status_code == 303


def test_an_address_alone_follows_it_and_the_mail_asks_first(
    member: Member, site: Visitor, engine: Engine, settings: Settings
) -> None:
    path = publish(member)
    wrong = site.post(f"{path}/follow", data={"address": "nobody"})
    assert (wrong.status_code, 'value="nobody"' in wrong.text) == (400, True)
    asked = site.post(f"{path}/follow", data={"address": "new@clinic.org"})
    assert "Look into your mail" in asked.text
    with open_session(engine) as session:
        confirms = select(Delivery).where(Delivery.kind == DeliveryKind.CONFIRM)
        mail = session.exec(confirms).one()
        assert lists_followed(session, mail.subscriber_id) == []
    assert site.post(f"/confirm/{open_token(settings.secret, mail.secret)}").status_code == 200
    reader = Member(site, engine, settings, mail.subscriber_id)
    assert "Stiff tissue" in reader.get("/manage").text
    assert title_in(reader.get("/manage").text)
    stop = re.search(r'action="(/manage/lists/followed/\d+/stop)"', lists_page(reader))
    assert stop is not None
    reader.post(stop[1])
    assert "You follow no list" in lists_page(reader)
    assert "You follow no study" in reader.get("/manage").text


def title_in(page: str) -> bool:
    return f'href="/studies/{KEY}"' in page


def lists_page(reader: Member) -> str:
    return reader.get("/manage/lists").text


def test_whoever_is_signed_in_follows_at_once_with_their_own_address(
    member: Member, other: Member
) -> None:
    path = publish(member)
    done = other.post(f"{path}/follow", address="other@clinic.org")
    assert "It is noted" in done.text
    assert title_in(other.get("/manage").text)


def test_a_list_is_taken_over_by_its_address_or_its_file_and_says_where_it_is_from(
    member: Member, other: Member, site: Visitor
) -> None:
    path = publish(member)
    for form in ({"address": HOME + path}, {"pasted": site.get(f"{path}/list.json").text}):
        taken = other.post("/manage/lists/take", **form)
        assert "This list is yours now" in taken.text
        assert "Stiff tissue" in taken.text
    assert "as it was published" in taken.text
    fork = site.get(publish_of(other, taken.text)).text
    assert f'<a href="{HOME}{path}">' in fork


def publish_of(member: Member, page: str) -> str:
    """Publish the list that a page shows; return its path."""
    made = re.search(r'action="(/manage/lists/\d+)/reach"', page)
    assert made is not None
    member.post(f"{made[1]}/reach", reach="everybody")
    found = re.search(r'href="(/lists/[0-9a-f]{16})"', member.get(made[1]).text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "not the address of a list"),
        ({"address": "https://elsewhere.example/lists/0123456789abcdef"}, "this site alone"),
        ({"address": "0123456789abcdef"}, "no such list"),
        ({"pasted": "{}"}, "This is no list"),
        ({"pasted": "<!DOCTYPE a [<!ENTITY b 'c'>]><opml/>"}, "no OPML file"),
    ],
)
def test_what_cannot_be_taken_over_is_said_beside_the_form(
    member: Member, form: dict[str, str], said: str
) -> None:
    page = member.post("/manage/lists/take", **form)
    assert (page.status_code, said in unescape(page.text)) == (400, True)


def test_a_file_is_uploaded_and_a_foreign_one_is_not_taken_for_checked(
    member: Member, site: Visitor
) -> None:
    document = site.get(f"{publish(member)}/list.json").json()
    for change, status, said in (
        ({"title": "Altered"}, 400, "not as it was signed"),
        ({"key_id": "0" * 16, "site": "https://far.example"}, 200, "We have not checked that"),
    ):
        answer = site.post(
            "/manage/lists/take",
            headers=member.cookie,
            data={"form_token": member.form_token},
            files={"file": ("list.json", orjson.dumps(document | change))},
        )
        assert (answer.status_code, said in answer.text) == (status, True)


def test_a_mistake_keeps_what_was_typed_and_names_the_line(member: Member) -> None:
    page = member.post("/manage/lists", **FORM | {"lines": f"{KEY}\nCA9"})
    assert page.status_code == 400
    assert "Line 2: We know no study CA9" in page.text
    assert all(part in page.text for part in ('value="Stiff tissue"', f"{KEY}\nCA9</textarea>"))


def test_hostile_words_stay_words(member: Member, site: Visitor) -> None:
    lines = f"{KEY} | {HOSTILE}\nsearch: stiff | {HOSTILE}"
    path = publish(member, title=HOSTILE, about=HOSTILE, lines=lines)
    for page in (site.get(path).text, member.get("/manage/lists").text):
        assert "<script" not in page
        assert "\u202e" not in page
        assert "{{ 7 * 7 }}" in unescape(page)


def test_nobody_sees_or_changes_a_list_of_anothers(
    member: Member, other: Member, engine: Engine
) -> None:
    publish(member)
    with open_session(engine) as session:
        row = session.exec(select(Watchlist)).one()
    mine = f"/manage/lists/{row.id}"
    assert other.get(mine).status_code == 404
    assert "Stiff tissue" not in other.get("/manage/lists").text
    assert other.post(mine, **FORM | {"title": "Theirs"}).status_code == 400
    assert other.post(f"{mine}/reach", reach="deleted").status_code == 400
    with open_session(engine) as session:
        assert session.exec(select(Watchlist)).one() == row


@pytest.mark.parametrize("path", ["", "/take", "/1", "/1/reach", "/followed/1/stop"])
def test_no_form_of_lists_is_taken_without_its_token(member: Member, path: str) -> None:
    assert member.post(f"/manage/lists{path}", form_token="", **FORM).status_code == 403


def test_all_of_it_is_there_in_spanish(member: Member, site: Visitor) -> None:
    path = publish(member)
    for page in (member.get("/es/manage/lists"), member.get("/es/manage/lists/new")):
        assert 'lang="es"' in page.text
        assert 'action="/manage' not in page.text
    assert "Seguir esta lista" in site.get(f"/es{path}").text
