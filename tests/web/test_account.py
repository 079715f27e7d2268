"""Consent: a GET shows a button, a POST acts, and nobody learns whom we know."""

import pytest
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
