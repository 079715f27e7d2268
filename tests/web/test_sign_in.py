"""Signing in and out in a browser: by mail, without a password, and nobody learns whom we know."""

import re
from datetime import timedelta
from itertools import product

import pytest
from filling import stored
from members import Member
from site_of_tests import KEY, READER, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.jobs import Job, JobArgument
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Subscriber, Token
from tidings.subscribers.tokens import open_token
from tidings.web.app import create_app

STRANGER = "stranger@clinic.org"
PAGES = ("", "/settings", "/address", "/stop", f"/studies/{KEY}", "/searches/1")


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database: on both, the flows behind these pages are tried themselves."""
    return sqlite_engine


def mailed_secret(engine: Engine, settings: Settings, kind: DeliveryKind) -> str:
    """Return the secret of the one mail of this kind."""
    with open_session(engine) as session:
        mail = session.exec(select(Delivery).where(Delivery.kind == kind)).one()
        return open_token(settings.secret, mail.secret)


def test_a_mailed_link_signs_in_once_its_button_is_pressed(
    site: Visitor, engine: Engine, settings: Settings, filled: Filled
) -> None:
    assert "a mail with a link" in site.post("/sign-in", data={"address": READER}).text
    link = f"/sign-in/{mailed_secret(engine, settings, DeliveryKind.SIGN_IN)}"
    assert "Sign me in" in site.get(link).text
    answer = site.post(link, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/manage")
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"))
    page = site.get("/manage", headers={"Cookie": cookie.partition(";")[0]})
    assert READER in page.text
    assert "used before" in site.post(link).text
    assert filled.subscriber_id


def test_the_answer_and_the_bell_are_the_same_whether_or_not_we_know_the_address(
    engine: Engine, settings: Settings, filled: Filled
) -> None:
    bells: list[tuple[Job, tuple[JobArgument, ...]]] = []

    def ring(job: Job, *arguments: JobArgument) -> None:
        bells.append((job, arguments))

    site = Visitor(create_app(settings, engine, enqueue=ring))
    known, unknown = (site.post("/sign-in", data={"address": one}) for one in (READER, STRANGER))
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert dict(known.headers) == dict(unknown.headers)
    assert [job for job, _ in bells] == [Job.DELIVERY_SEND, Job.DELIVERY_SEND]
    assert bells[1][1] == ([],)
    assert filled.subscriber_id


def test_a_wrong_address_is_said_beside_the_field_and_kept(site: Visitor, filled: Filled) -> None:
    page = site.post("/sign-in", data={"address": "me@"})
    assert (page.status_code, 'value="me@"' in page.text) == (400, True)
    assert 'role="alert"' in page.text
    assert filled.subscriber_id


def test_whoever_is_not_signed_in_is_shown_the_way(site: Visitor) -> None:
    for language, page in product(("", "/es"), PAGES):
        for headers in ({}, {"Cookie": "tidings=guessed"}, {"Cookie": "tidings="}):
            answer = site.get(f"{language}/manage{page}", headers=headers, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (303, f"{language}/sign-in")


def test_over_https_the_cookie_is_bound_to_the_host(
    engine: Engine, settings: Settings, filled: Filled
) -> None:
    own = settings.model_copy(update={"site_url": "https://tidings.example"})
    site = Visitor(create_app(own, engine))
    site.post("/sign-in", data={"address": READER})
    secret = mailed_secret(engine, settings, DeliveryKind.SIGN_IN)
    cookie = site.post(f"/sign-in/{secret}", follow_redirects=False).headers["set-cookie"]
    assert re.match(r"__Host-tidings=[\w-]{43};", cookie)
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert filled.subscriber_id


@pytest.fixture
def member(site: Visitor, engine: Engine, settings: Settings, filled: Filled) -> Member:
    return Member(site, engine, settings, filled.subscriber_id)


def test_a_session_ends_after_thirty_days(member: Member, engine: Engine) -> None:
    assert member.get("/manage", follow_redirects=False).status_code == 200
    with open_session(engine) as session:
        session.exec(select(Token)).one().expires_at = machine_now() - timedelta(seconds=1)
        session.commit()
    assert member.get("/manage", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("everywhere", ["", "1"])
def test_signing_out_ends_this_session_or_all(
    member: Member,
    site: Visitor,
    engine: Engine,
    settings: Settings,
    filled: Filled,
    everywhere: str,
) -> None:
    other = Member(site, engine, settings, filled.subscriber_id)
    answer = member.post("/sign-out", everywhere=everywhere)
    assert 'tidings=""' in answer.headers["set-cookie"]
    statuses = [one.get("/manage", follow_redirects=False).status_code for one in (member, other)]
    assert statuses == [303, 303 if everywhere else 200]


def test_signing_in_again_ends_the_session_before(
    member: Member, site: Visitor, engine: Engine, settings: Settings
) -> None:
    site.post("/sign-in", data={"address": READER})
    secret = mailed_secret(engine, settings, DeliveryKind.SIGN_IN)
    member.post(f"/sign-in/{secret}")
    assert member.get("/manage", follow_redirects=False).status_code == 303


FORMS = (
    *("/manage/stop", "/manage/address", "/manage/settings", "/manage/calendar", "/sign-out"),
    *(f"/manage/studies/{KEY}", f"/manage/studies/{KEY}/stop"),
    *("/manage/searches/1", "/manage/searches/1/stop", "/manage/searches/1/feed"),
)
SETTINGS = {
    "time_zone": "UTC",
    "language": "en",
    "digest_hour": "8",
    "quiet_from": "1",
    "quiet_until": "1",
    "cadence": "daily",
}


def test_a_form_without_its_token_or_from_elsewhere_does_nothing(
    member: Member, site: Visitor, engine: Engine, settings: Settings, filled: Filled
) -> None:
    other = Member(site, engine, settings, filled.subscriber_id)
    before = stored(engine)
    for path in FORMS:
        for token in ("", "x", other.form_token):
            answer = member.post(path, **SETTINGS | {"form_token": token, "address": "a@b.org"})
            assert (answer.status_code, "open for too long" in answer.text) == (403, True)
        elsewhere = {**member.cookie, "Sec-Fetch-Site": "cross-site"}
        data = {**SETTINGS, "form_token": member.form_token}
        assert site.post(path, headers=elsewhere, data=data).status_code == 403
        assert site.post(path, data=data, follow_redirects=False).status_code == 303  # no cookie
    assert stored(engine) == before


def test_pages_of_one_reader_are_kept_nowhere(member: Member) -> None:
    for path in ("/manage", "/sign-in", "/mail/x", "/unsubscribe/x", "/confirm/x", "/address/x"):
        headers = member.get(path).headers
        assert (headers["cache-control"], headers["x-robots-tag"]) == ("no-store", "noindex")


def test_public_pages_set_no_cookie_and_are_the_same_for_whoever_is_signed_in(
    member: Member, site: Visitor
) -> None:
    for path in ("/", f"/studies/{KEY}"):
        page = member.get(path)
        assert page.text == site.get(path).text
        assert "set-cookie" not in page.headers


def test_a_new_address_agrees_first_and_then_everybody_is_signed_out(
    member: Member, site: Visitor, engine: Engine, settings: Settings, filled: Filled
) -> None:
    answer = member.post("/manage/address", address="New@clinic.org")
    assert "sent a mail to the new address" in member.get(answer.headers["location"]).text
    link = f"/address/{mailed_secret(engine, settings, DeliveryKind.CHANGE_ADDRESS)}"
    assert "Yes, write to me here" in site.get(link).text
    assert READER in member.get("/manage").text
    assert "Your address has changed" in site.post(link).text
    assert member.get("/manage", follow_redirects=False).status_code == 303
    with open_session(engine) as session:
        reader = session.get_one(Subscriber, filled.subscriber_id)
        assert AddressBook(settings.secret).open(reader.address) == "New@clinic.org"


def test_an_address_that_somebody_has_is_answered_like_any_other(
    member: Member, site: Visitor, engine: Engine
) -> None:
    site.post(f"/studies/{KEY}/follow", data={"address": STRANGER})
    with open_session(engine) as session:
        for reader in session.exec(select(Subscriber)):
            reader.state = type(reader.state).ACTIVE
        session.commit()
    taken = member.post("/manage/address", address=STRANGER)
    free = member.post("/manage/address", address="free@clinic.org")
    assert taken.headers["location"] == free.headers["location"]
    for wrong in ("me@", READER):
        page = member.post("/manage/address", address=wrong)
        assert (page.status_code, f'value="{wrong}"' in page.text) == (400, True)
