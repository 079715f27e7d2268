"""Lists that are written, published, followed and taken over, and a reader who has all deleted."""

from collections.abc import Iterator

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select
from tests.chaos import world
from tests.chaos.scene import Scene

from tidings.clock import machine_now
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.enroll import enroll
from tidings.flows.erase_reader import erase_reader
from tidings.flows.follow_watchlist import follow_watchlist, unfollow_watchlist
from tidings.flows.publish_watchlist import Reach, publish_watchlist
from tidings.flows.take_watchlist import source_here, take_watchlist
from tidings.flows.write_watchlist import Draft, write_watchlist
from tidings.projects.queries import projects_page
from tidings.searches.models import SavedSearch
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Cadence, Follow, Subscriber
from tidings.subscribers.queries import subscriber_at
from tidings.upkeep.models import AuditEntry
from tidings.watchlists.models import Watchlist, WatchlistFollow
from tidings.watchlists.queries import lists_followed, watchlists_of

MAKER, FOLLOWER = "maker@clinic.org", "follower@clinic.org"
SITE = "https://tidings.example"
STUDIES, SEARCHES = 3, ("title:trial", "melanoma")


def publish_a_list(scene: Scene, engine: Engine) -> None:
    """Write a list with studies and searches, and publish it; done again, the same list."""
    maker, now = _reader(scene, engine, MAKER), machine_now()
    with open_session(engine) as session:
        keys = [project.key for project in projects_page(session, limit=STUDIES)]
        lines = "\n".join([*keys, *(f"search: {text}" for text in SEARCHES)])
        made = watchlists_of(session, maker)
        session.rollback()
        row = write_watchlist(
            session,
            Draft("Trials", "", "en", lines),
            subscriber_id=maker,
            watchlist_id=stored_id(made[0].id) if made else None,
            now=now,
        )
        publish_watchlist(session, stored_id(row.id), Reach.EVERYBODY, subscriber_id=maker, now=now)


def is_published_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether there is one list, of one version, that everybody may see."""
    rows = session.exec(select(Watchlist)).all()
    if [(row.version, row.published_at is not None) for row in rows] != [(1, True)]:
        yield f"there are {len(rows)} lists, or theirs is another version"


def follow_the_list(scene: Scene, engine: Engine) -> None:
    """Follow it, and with it what it names."""
    follower = _reader(scene, engine, FOLLOWER)
    with open_session(engine) as session:
        slug = session.exec(select(Watchlist.slug)).one()
        session.rollback()
        follow_watchlist(
            session, subscriber_id=follower, slug=slug, cadence=Cadence.WEEKLY, now=machine_now()
        )


def all_came_from_it(scene: Scene, session: Session) -> Iterator[str]:
    """Look whether what it names is followed once, and counts as given by it."""
    follower = _id(scene, session, FOLLOWER)
    (followed,) = lists_followed(session, follower)
    given = followed.follow.given
    for table, part, wanted in (
        (Follow, "studies", STUDIES),
        (SavedSearch, "searches", len(SEARCHES)),
    ):
        live = select(table.id).where(
            col(table.subscriber_id) == follower, col(table.ended_at).is_(None)
        )
        ids = sorted(stored_id(one) for one in session.exec(live))
        if len(ids) != wanted or sorted(given[part].values()) != ids:
            yield f"{part}: {ids} are there, and the list gave {given[part]}"
    if followed.follow.version != followed.watchlist.version:
        yield "the follower is behind the list"


def follow_a_published_list(scene: Scene, engine: Engine) -> None:
    """Let there be a list and who follows it."""
    publish_a_list(scene, engine)
    follow_the_list(scene, engine)


def stop_the_list(scene: Scene, engine: Engine) -> None:
    """Stop following the list, and all that it brought."""
    with open_session(engine) as session:
        follower = _id(scene, session, FOLLOWER)
        (row_id,) = session.exec(select(WatchlistFollow.id)).all()
        session.rollback()
        unfollow_watchlist(
            session, stored_id(row_id), subscriber_id=follower, keep=False, now=machine_now()
        )


def nothing_came_from_it(scene: Scene, session: Session) -> Iterator[str]:
    """Look whether neither the list nor what it brought is followed any more."""
    follower = _id(scene, session, FOLLOWER)
    for table in (Follow, SavedSearch, WatchlistFollow):
        live = select(func.count()).where(
            col(table.subscriber_id) == follower, col(table.ended_at).is_(None)
        )
        if session.exec(live).one():
            yield f"something of {table.__tablename__} has not ended"


def take_the_list_over(scene: Scene, engine: Engine) -> None:
    """Make a list of one's own from it, unless that is done."""
    follower = _reader(scene, engine, FOLLOWER)
    with open_session(engine) as session:
        slug = session.exec(select(Watchlist.slug).order_by(col(Watchlist.id))).first()
        is_done = bool(watchlists_of(session, follower))
        source = source_here(session, slug or "", site=SITE)
        session.rollback()
        if not is_done:
            take_watchlist(session, source, subscriber_id=follower, now=machine_now())


def is_taken_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether there is one list more, that names the same."""
    (first, *others) = session.exec(select(Watchlist).order_by(col(Watchlist.id))).all()
    if [(one.entries, one.published_at) for one in others] != [(first.entries, None)]:
        yield f"it was taken over as {len(others)} lists, or as another one"


def forget_an_eager_reader(scene: Scene, engine: Engine) -> None:
    """Delete a reader who follows everything."""
    with open_session(engine) as session:
        name = AddressBook(scene.settings.secret).hash(world.EAGER)
        reader = subscriber_at(session, name)
        session.rollback()
        if reader is not None:
            erase_reader(session, stored_id(reader.id), actor="the reader", now=machine_now())


def is_forgotten_once(scene: Scene, session: Session) -> Iterator[str]:
    """Look whether nothing of theirs is left, and the log says so once."""
    readers = select(col(Subscriber.id))
    left = select(func.count()).where(col(Follow.subscriber_id).not_in(readers))
    if session.exec(left).one():
        yield "what a reader followed is left without them"
    name = AddressBook(scene.settings.secret).hash(world.EAGER)
    if subscriber_at(session, name) is not None:
        yield "the reader is there"
    erased = select(func.count()).where(col(AuditEntry.action) == "reader.erased")
    if (count := session.exec(erased).one()) != 1:
        yield f"the log has it {count} times"


def _reader(scene: Scene, engine: Engine, address: str) -> int:
    with open_session(engine) as session:
        return enroll(session, address, time_zone="UTC", settings=scene.settings, now=machine_now())


def _id(scene: Scene, session: Session, address: str) -> int:
    reader = subscriber_at(session, AddressBook(scene.settings.secret).hash(address))
    assert reader is not None
    return stored_id(reader.id)
