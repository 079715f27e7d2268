"""Who asks too often is told so in words, and when to come again; everybody else is let in."""

import asyncio

import httpx
import pytest
from conftest import NOW
from fastapi import FastAPI
from members import Member
from site_of_tests import HOME, KEY, READER, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import func, select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.searches.models import SavedSearch, Search
from tidings.subscribers.models import Cadence, Subscriber
from tidings.web.app import create_app
from tidings.web.limits import HOUR

pytestmark = pytest.mark.usefixtures("filled")

FOLLOW = f"/studies/{KEY}/follow"


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database: limits know nothing of it."""
    return sqlite_engine


def site_with(engine: Engine, settings: Settings, **changed: object) -> Visitor:
    return Visitor(create_app(settings.model_copy(update=changed), engine))


def confirm_mails(engine: Engine) -> int:
    with open_session(engine) as session:
        return session.exec(select(func.count()).where(Delivery.kind == DeliveryKind.CONFIRM)).one()


async def bombed(app: FastAPI, times: int) -> list[httpx.Response]:
    """Send forms for one address, as quickly as one visitor can."""
    form = {"address": "victim@clinic.org", "q": "cells"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
        paths = (FOLLOW, "/alerts")
        return [await client.post(paths[n % 2], data=form) for n in range(times)]


@pytest.mark.parametrize(("factor", "times", "let_in"), [(0, 200, 200), (1, 1000, 60)])
def test_very_many_forms_for_one_address_bring_it_one_mail(
    factor: int, times: int, let_in: int, engine: Engine, settings: Settings
) -> None:
    app = create_app(settings.model_copy(update={"limits": factor}), engine)
    answers = asyncio.run(bombed(app, times))
    assert confirm_mails(engine) == 1
    refused = [one for one in answers if one.status_code == 429]
    assert len(refused) == times - let_in
    assert len({one.text for one in answers if one.status_code == 200}) == 1
    for one in refused[:1]:
        assert "too often" in one.text
        assert 0 < int(one.headers["retry-after"]) <= HOUR


@pytest.mark.parametrize(
    ("path", "form"),
    [(FOLLOW, {"address": "no"}), ("/alerts", {"q": "("}), ("/sign-in", {"address": "no"})],
)
def test_forms_that_are_wrong_count_as_well(
    path: str, form: dict[str, str], engine: Engine, settings: Settings
) -> None:
    site = site_with(engine, settings, limits=2 / 60)
    assert [site.post(path, data=form).status_code for _ in range(3)] == [400, 400, 429]


@pytest.mark.parametrize(
    ("path", "factor"), [("/studies/count?q=cells", 2 / 240), ("/searches/preview?q=(", 2 / 20)]
)
def test_what_costs_work_is_limited_and_the_refusal_speaks_spanish_too(
    path: str, factor: float, engine: Engine, settings: Settings
) -> None:
    site = site_with(engine, settings, limits=factor)
    codes = [site.get(path).status_code for _ in range(3)]
    assert (codes[0] == codes[1], codes[2]) == (True, 429)
    assert "demasiadas veces" in site.get(f"/es{path}").text
    assert site.get("/studies").status_code == 200


def test_a_made_up_header_gives_nobody_a_new_share(engine: Engine, settings: Settings) -> None:
    site = site_with(engine, settings, limits=1 / 240)
    codes = [
        site.get("/studies/count?q=cells", headers={"X-Forwarded-For": f"9.9.{n}.9"}).status_code
        for n in range(3)
    ]
    assert codes == [200, 429, 429]
    behind = site_with(engine, settings, limits=1 / 240, trusted_proxies=1)
    for n in range(3):
        headers = {"X-Forwarded-For": f"9.9.{n}.9"}
        assert behind.get("/studies/count?q=cells", headers=headers).status_code == 200


def test_readers_are_made_by_no_refused_form(engine: Engine, settings: Settings) -> None:
    site = site_with(engine, settings, limits=1 / 60)
    for number in range(5):
        site.post(FOLLOW, data={"address": f"somebody{number}@clinic.org"})
    with open_session(engine) as session:
        assert len(session.exec(select(Subscriber)).all()) == 2  # one of them was there before


def test_a_reader_asks_for_links_to_new_addresses_so_often_and_no_more(
    filled: Filled, engine: Engine, settings: Settings
) -> None:
    changed = settings.model_copy(update={"limits": 2 / 60})
    site = Visitor(create_app(changed, engine))
    member = Member(site, engine, changed, filled.subscriber_id)
    codes = [member.post("/manage/address", address="no").status_code for _ in range(3)]
    assert codes == [400, 400, 429]


def test_the_fifty_first_search_is_refused_beside_its_form_and_the_own_page_says_what_is_left_out(
    filled: Filled, engine: Engine, settings: Settings
) -> None:
    site = site_with(engine, settings)
    member = Member(site, engine, settings, filled.subscriber_id)
    assert "is left out" not in member.get("/manage").text
    with open_session(engine) as session:
        for number in range(1, 51):
            session.add(Search(canonical=f"c{number}", hash=f"h{number}", created_at=NOW))
            session.flush()
            saved = SavedSearch(
                subscriber_id=filled.subscriber_id,
                search_id=number,
                name="n",
                text="t",
                cadence=Cadence.WEEKLY,
                created_at=NOW,
            )
            session.add(saved)
        session.commit()
    page = member.post("/alerts", q="cells", address=READER)
    assert (page.status_code, "You have saved 50 searches" in page.text) == (400, True)
    assert "más allá de eso queda fuera" in member.get("/es/manage").text
