"""Consent: a GET shows a button, a POST acts, and nobody learns whom we know."""

import pytest
from members import Member
from site_of_tests import KEY, READER, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Cadence, Follow, Subscriber, SubscriberState
from tidings.subscribers.tokens import open_token

STRANGER = "stranger@clinic.org"


def ask(site: Visitor, address: str) -> str:
    answer = site.post(f"/studies/{KEY}/follow", data={"address": address, "cadence": "daily"})
    assert answer.status_code == 200
    return answer.text


def confirm_secret(engine: Engine, settings: Settings) -> str:
    with open_session(engine) as session:
        confirms = Delivery.kind == DeliveryKind.CONFIRM
        (mail,) = session.exec(select(Delivery).where(confirms)).all()
        return open_token(settings.secret, mail.secret)


def states(engine: Engine) -> list[SubscriberState]:
    with open_session(engine) as session:
        return [reader.state for reader in session.exec(select(Subscriber)).all()]


def live_follows(engine: Engine) -> int:
    with open_session(engine) as session:
        return sum(row.ended_at is None for row in session.exec(select(Follow)).all())


def test_following_asks_the_address_and_one_press_confirms_once(
    site: Visitor, engine: Engine, settings: Settings, filled: Filled
) -> None:
    ask(site, STRANGER)
    link = f"/confirm/{confirm_secret(engine, settings)}"
    assert "Yes, write to me" in site.get(link).text
    assert live_follows(engine) == 1
    assert "You are in" in site.post(link).text
    assert live_follows(engine) == 2
    again = site.post(link)
    assert again.status_code == 400
    assert "used before" in again.text
    assert filled.subscriber_id


def test_the_answer_is_the_same_whether_or_not_we_know_the_address(
    site: Visitor, filled: Filled
) -> None:
    assert ask(site, READER) == ask(site, STRANGER)
    assert filled.subscriber_id


def test_a_wrong_address_is_said_beside_the_field_and_kept(site: Visitor, filled: Filled) -> None:
    page = site.post(f"/studies/{KEY}/follow", data={"address": "me@", "cadence": "daily"})
    assert page.status_code == 400
    assert 'value="me@"' in page.text
    assert 'role="alert"' in page.text
    assert '<option value="daily" selected>' in page.text
    assert filled.subscriber_id


def test_a_form_that_is_not_whole_is_answered_in_words(site: Visitor, filled: Filled) -> None:
    page = site.post(f"/studies/{KEY}/follow", data={})
    assert (page.status_code, "address" in page.text) == (400, True)
    assert filled.subscriber_id


def test_looking_at_an_unsubscribe_link_changes_nothing_and_pressing_ends_it_all(
    site: Visitor, engine: Engine, filled: Filled
) -> None:
    link = f"/unsubscribe/{filled.all_token}"
    assert "Stop all mail" in site.get(link).text
    assert states(engine) == [SubscriberState.ACTIVE]
    assert "It has ended" in site.post(link).text
    assert states(engine) == [SubscriberState.ENDED]
    assert site.post(link).status_code == 200


def test_a_mail_program_unsubscribes_with_one_click_from_nowhere(
    site: Visitor, engine: Engine, filled: Filled
) -> None:
    answer = site.post(
        f"/unsubscribe/{filled.all_token}",
        data={"List-Unsubscribe": "One-Click"},
        headers={"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 200
    assert states(engine) == [SubscriberState.ENDED]


def test_one_follow_ends_and_the_reader_stays(
    site: Visitor, engine: Engine, filled: Filled
) -> None:
    link = f"/unsubscribe/{filled.follow_token}"
    assert "Stop following this study?" in site.get(link).text
    site.post(link)
    assert (live_follows(engine), states(engine)) == (0, [SubscriberState.ACTIVE])


@pytest.mark.parametrize("path", ["/confirm/broken", "/unsubscribe/broken"])
def test_a_broken_link_is_refused_in_words(path: str, site: Visitor, filled: Filled) -> None:
    page = site.post(path)
    assert page.status_code == 400
    assert "link" in page.text
    assert filled.subscriber_id


def test_a_search_becomes_an_alert_once_the_mail_is_answered(
    site: Visitor, engine: Engine, settings: Settings, filled: Filled
) -> None:
    assert "Be told when there is more" in site.get("/studies", params={"q": "cells"}).text
    answer = site.post("/alerts", data={"q": "cells", "address": STRANGER, "cadence": "daily"})
    assert "Look into your mail" in answer.text
    site.post(f"/confirm/{confirm_secret(engine, settings)}")
    with open_session(engine) as session:
        (saved,) = session.exec(select(SavedSearch)).all()
    assert (saved.text, saved.cadence) == ("cells", Cadence.DAILY)
    assert saved.subscriber_id != filled.subscriber_id


def test_an_alert_with_a_wrong_address_keeps_the_search(site: Visitor, filled: Filled) -> None:
    page = site.post("/alerts", data={"q": "cells", "address": "me@"})
    assert (page.status_code, 'name="q" value="cells"' in page.text) == (400, True)
    assert filled.subscriber_id


@pytest.fixture
def member(site: Visitor, engine: Engine, settings: Settings, filled: Filled) -> Member:
    return Member(site, engine, settings, filled.subscriber_id)


FORMS: list[tuple[str, dict[str, str]]] = [
    ("/studies/CA000002/follow", {}),
    ("/alerts", {"q": "cells"}),
]


def wishes(engine: Engine) -> tuple[int, int, int]:
    """Return how many live follows, saved searches and confirm mails there are."""
    with open_session(engine) as session:
        saved = len(session.exec(select(SavedSearch)).all())
        mails = session.exec(select(Delivery).where(Delivery.kind == DeliveryKind.CONFIRM)).all()
    return live_follows(engine), saved, len(mails)


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_whoever_is_signed_in_gets_what_they_ask_at_their_own_address_at_once(
    path: str, form: dict[str, str], member: Member, engine: Engine
) -> None:
    for _ in range(2):
        page = member.post(path, address=READER.upper(), cadence="daily", **form)
        assert (page.status_code, "no mail has to ask you" in page.text) == (200, True)
    assert wishes(engine) == ((2, 0, 0) if "follow" in path else (1, 1, 0))


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_another_address_is_asked_whoever_types_it(
    path: str, form: dict[str, str], member: Member, site: Visitor, engine: Engine
) -> None:
    page = member.post(path, address=STRANGER, **form)
    assert page.text == site.post(path, data={"address": STRANGER, **form}).text
    assert wishes(engine) == (1, 0, 1)


@pytest.mark.parametrize(("path", "form"), FORMS)
@pytest.mark.parametrize(
    "elsewhere", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_no_other_site_makes_a_wish_for_whoever_is_signed_in(
    path: str,
    form: dict[str, str],
    elsewhere: dict[str, str],
    member: Member,
    site: Visitor,
    engine: Engine,
) -> None:
    headers = {**member.cookie, **elsewhere}
    assert site.post(path, data={"address": READER, **form}, headers=headers).status_code == 403
    assert wishes(engine) == (1, 0, 0)


def test_a_wrong_wish_of_somebody_signed_in_is_refused_in_words(member: Member) -> None:
    assert "no e-mail address" in member.post("/alerts", q="cells", address="me@").text
    page = member.post("/studies/CA999999/follow", address=READER)
    assert (page.status_code, "We know no study" in page.text) == (400, True)
    page = member.post("/alerts", q="titel:x", address=READER)
    assert (page.status_code, "did you mean title:?" in page.text) == (400, True)
