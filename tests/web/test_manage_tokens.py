"""The page of a reader's tokens: made with a name, scopes and a time, shown once, ended."""

import re
from datetime import timedelta
from typing import Any

import pytest
from members import Member
from site_of_tests import Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.flows.enroll import enroll
from tidings.flows.make_api_token import MOST, TokenWish, make_api_token
from tidings.subscribers.models import ApiToken

FORM: dict[str, Any] = {"name": " my   script ", "scope": ["read:me", "write:feeds"], "days": "30"}
SECRET = re.compile(r"tid_[\w-]{43}")


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database: on both, the flows behind these pages are tried themselves."""
    return sqlite_engine


@pytest.fixture
def member(site: Visitor, engine: Engine, settings: Settings, filled: Filled) -> Member:
    return Member(site, engine, settings, filled.subscriber_id)


def rows(engine: Engine) -> list[ApiToken]:
    with open_session(engine) as session:
        return list(session.exec(select(ApiToken).order_by(ApiToken.id)))  # pyright: ignore[reportArgumentType] - a column


def works(site: Visitor, secret: str) -> bool:
    headers = {"Authorization": f"Bearer {secret}"}
    return site.get("/api/v1/me", headers=headers).status_code == 200


def test_a_token_is_made_shown_once_and_ended(
    site: Visitor, engine: Engine, member: Member
) -> None:
    page = member.post("/manage/tokens", **FORM)
    secret = SECRET.findall(page.text)[0]
    assert page.headers["cache-control"] == "no-store"
    assert works(site, secret)
    [row] = rows(engine)
    assert (row.name, row.scopes) == ("my script", ["read:me", "write:feeds"])
    assert row.expires_at is not None
    assert abs(row.expires_at - machine_now() - timedelta(days=30)) < timedelta(minutes=1)
    listed = member.get("/manage/tokens").text
    assert "my script" in listed
    assert secret not in listed
    assert "has changed nothing yet" in listed
    ended = member.post(f"/manage/tokens/{row.id}/end")
    assert ended.headers["location"] == "/manage/tokens?done=ended"
    assert not works(site, secret)
    assert "my script" not in member.get("/manage/tokens?done=ended").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "at most 80"),
        ({"name": "n" * 81}, "at most 80"),
        ({"scope": []}, "at least one"),
        ({"scope": ["write:everything"]}, "at least one"),
        ({"days": "31"}, "that are offered"),
        ({"days": "soon"}, "that are offered"),
    ],
)
def test_what_makes_no_sense_is_said_beside_what_was_typed(
    engine: Engine, member: Member, wrong: dict[str, Any], said: str
) -> None:
    page = member.post("/manage/tokens", **FORM | wrong)
    assert (page.status_code, said in page.text) == (400, True)
    assert f'value="{(FORM | wrong)["name"]}"' in page.text
    assert rows(engine) == []


def test_nobody_has_more_than_twenty(engine: Engine, member: Member, filled: Filled) -> None:
    with open_session(engine) as session:
        for number in range(MOST):
            wish = TokenWish(f"token {number}", ("read:me",))
            make_api_token(session, wish, subscriber_id=filled.subscriber_id, now=machine_now())
    assert "You have 20 tokens" in member.post("/manage/tokens", **FORM).text


def test_nobody_sees_or_ends_the_tokens_of_others(
    site: Visitor, engine: Engine, settings: Settings, member: Member
) -> None:
    member.post("/manage/tokens", **FORM)
    with open_session(engine) as session:
        reader = enroll(
            session, "o@clinic.org", time_zone="UTC", settings=settings, now=machine_now()
        )
    other = Member(site, engine, settings, reader)
    assert "my script" not in other.get("/manage/tokens").text
    other.post("/manage/tokens/1/end")
    assert rows(engine)[0].ended_at is None


def test_a_form_from_elsewhere_makes_none(site: Visitor, engine: Engine, member: Member) -> None:
    sent = {**FORM, "form_token": "x"}
    answer = site.post("/manage/tokens", headers=member.cookie, data=sent)
    assert answer.status_code == 403
    assert site.post("/manage/tokens", data=FORM, follow_redirects=False).status_code == 303
    assert rows(engine) == []


def test_the_page_is_in_spanish_too(member: Member) -> None:
    page = member.get("/es/manage/tokens").text
    assert "Claves para programas" in page
    assert "Leer sus preferencias" in page
