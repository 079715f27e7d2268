"""How much one reader may have: what is more is refused in words, and a list gives what fits."""

from collections.abc import Sequence
from typing import Any

import pytest
from builders import make_project, make_reader
from conftest import NOW
from sqlmodel import Session, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery.models import Delivery
from tidings.errors import RejectedError
from tidings.flows import follow as following
from tidings.flows import save_search as saving
from tidings.flows.apply_watchlist import apply_watchlists
from tidings.flows.confirm import confirm
from tidings.flows.enroll import enroll
from tidings.flows.follow import follow
from tidings.flows.follow_watchlist import follow_watchlist
from tidings.flows.publish_watchlist import Reach, publish_watchlist
from tidings.flows.save_search import save_search
from tidings.flows.subscribe import subscribe
from tidings.flows.unsubscribe import Part, unsubscribe
from tidings.flows.write_watchlist import Draft, write_watchlist
from tidings.projects.models import Project
from tidings.searches.models import SavedSearch, Search
from tidings.searches.queries import live_saved_searches
from tidings.subscribers.models import Cadence, EndedReason, Follow
from tidings.subscribers.queries import live_follows
from tidings.subscribers.tokens import Scope, open_token
from tidings.subscribers.wishes import Wish
from tidings.watchlists.models import Watchlist
from tidings.watchlists.queries import follows_behind


@pytest.fixture
def reader(session: Session) -> int:
    return stored_id(make_reader(session).id)


def follow_many(session: Session, reader: int, number: int) -> None:
    """Let the reader follow so many studies, CB0 and on."""
    dates: dict[str, Any] = {"first_seen_at": NOW, "last_changed_at": NOW}
    rows = [Project(key=f"CB{n}", title="", current_appl_id=1, **dates) for n in range(number)]
    session.add_all(rows)
    session.flush()
    for row in rows:
        plain: dict[str, Any] = {"cadence": Cadence.WEEKLY, "created_at": NOW}
        session.add(Follow(subscriber_id=reader, project_id=stored_id(row.id), **plain))
    session.commit()


def save_many(session: Session, reader: int) -> None:
    """Let the reader have saved as many searches as they may."""
    rows = [Search(canonical=f"c{n}", hash=f"h{n}", created_at=NOW) for n in range(saving.MOST)]
    session.add_all(rows)
    session.flush()
    for row in rows:
        plain: dict[str, Any] = {
            "name": "n",
            "text": "t",
            "cadence": Cadence.WEEKLY,
            "created_at": NOW,
        }
        session.add(SavedSearch(subscriber_id=reader, search_id=stored_id(row.id), **plain))
    session.commit()


def save(session: Session, reader: int, text: str = "title:trop2") -> SavedSearch:
    often = Cadence.DAILY
    return save_search(session, subscriber_id=reader, name="n", text=text, cadence=often, now=NOW)


def stop(session: Session, reader: int, settings: Settings, study: str = "") -> None:
    """Stop a study, or without one the search that was saved first."""
    first = None if study else stored_id(live_saved_searches(session, reader)[0].id)
    scope, part = Scope(reader, saved_search_id=first), Part(study=study) if study else None
    reason = EndedReason.UNSUBSCRIBED
    unsubscribe(session, scope, part=part, reason=reason, settings=settings, now=NOW)


def keys_followed(session: Session, reader: int) -> Sequence[str]:
    keys = {row.id: row.key for row in session.exec(select(Project)).all()}
    return [keys[row.project_id] for row in live_follows(session, reader)]


def test_whoever_has_fifty_searches_saves_another_once_one_has_ended(
    session: Session, settings: Settings, reader: int
) -> None:
    save_many(session, reader)
    with pytest.raises(RejectedError, match="You have saved 50 searches"):
        save(session, reader)
    stop(session, reader, settings)
    kept = save(session, reader)
    assert save(session, reader).id == kept.id
    assert len(live_saved_searches(session, reader)) == saving.MOST


def test_whoever_follows_a_thousand_studies_follows_another_once_one_has_ended(
    session: Session, settings: Settings, reader: int
) -> None:
    follow_many(session, reader, following.MOST)
    own = live_follows(session, reader)[0].project_id
    other = stored_id(make_project(session, "CA1").id)

    def ask(project: int) -> Follow:
        daily = Cadence.DAILY
        return follow(session, subscriber_id=reader, project_id=project, cadence=daily, now=NOW)

    assert ask(own).cadence is Cadence.DAILY
    with pytest.raises(RejectedError, match="You follow 1,000 studies"):
        ask(other)
    session.rollback()
    stop(session, reader, settings, study="CB7")
    assert ask(other).ended_at is None


def test_a_wish_that_is_too_much_is_refused_and_its_link_works_once_there_is_room(
    session: Session, settings: Settings
) -> None:
    reader = enroll(session, "r@clinic.org", time_zone="UTC", settings=settings, now=NOW)
    save_many(session, reader)
    wish = Wish(search_text="title:trop2")
    delivery_id = subscribe(
        session, wish, address="r@clinic.org", time_zone="UTC", settings=settings, now=NOW
    )
    mail = session.get_one(Delivery, delivery_id)
    assert mail.secret is not None
    token = open_token(settings.secret, mail.secret)
    with pytest.raises(RejectedError, match="You have saved 50 searches"):
        confirm(session, token, settings=settings, now=NOW)
    session.rollback()
    stop(session, reader, settings)
    confirm(session, token, settings=settings, now=NOW)
    assert "title:trop2" in {row.text for row in live_saved_searches(session, reader)}


def test_a_list_gives_what_fits_and_the_rest_when_it_changes_next(
    session: Session, settings: Settings, reader: int
) -> None:
    maker = stored_id(make_reader(session, "maker").id)
    for key in ("CA1", "CA2"):
        make_project(session, key)
    lines = "CA1\nCA2\nsearch: title:trop2"
    row = write_watchlist(session, Draft("L", "", "en", lines), subscriber_id=maker, now=NOW)
    list_id = stored_id(row.id)
    publish_watchlist(session, list_id, Reach.EVERYBODY, subscriber_id=maker, now=NOW)
    follow_many(session, reader, following.MOST - 1)
    save_many(session, reader)
    slug = session.get_one(Watchlist, list_id).slug
    often = Cadence.DAILY
    follow_watchlist(session, subscriber_id=reader, slug=slug, cadence=often, now=NOW)
    assert keys_followed(session, reader)[-1] == "CA1"
    assert len(live_follows(session, reader)) == following.MOST
    assert follows_behind(session, limit=9) == []
    assert {row.text for row in live_saved_searches(session, reader)} == {"t"}
    stop(session, reader, settings, study="CB7")
    stop(session, reader, settings)
    draft = Draft("L", "", "en", f"{lines}\nCB7")
    write_watchlist(session, draft, subscriber_id=maker, watchlist_id=list_id, now=NOW)
    apply_watchlists(session, follows_behind(session, limit=9), now=NOW)
    assert keys_followed(session, reader)[-1] == "CA2"
    assert "title:trop2" in {row.text for row in live_saved_searches(session, reader)}
