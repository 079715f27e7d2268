"""A reader who has one of everything that a reader can have, each with a word nobody else says."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from site_of_tests import KEY
from sqlalchemy import Engine, select
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_rows

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import EndpointKind
from tidings.flows.add_endpoint import EndpointWish, add_endpoint
from tidings.flows.change_follow import change_follow
from tidings.flows.enroll import enroll
from tidings.flows.follow import follow
from tidings.flows.follow_watchlist import follow_watchlist
from tidings.flows.make_api_token import TokenWish, make_api_token
from tidings.flows.open_feed import open_feed
from tidings.flows.publish_watchlist import Reach, publish_watchlist
from tidings.flows.request_sign_in import request_sign_in
from tidings.flows.save_search import save_search
from tidings.flows.write_watchlist import Draft, write_watchlist
from tidings.notices.models import Notice
from tidings.notices.reasons import REASONS, Clause, SearchReason
from tidings.projects.models import Severity, Sweep
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import Cadence, Subscriber, Token
from tidings.subscribers.scopes import ApiScope
from tidings.watchlists.models import WatchlistFollow

MARK = "zqmark"
"""Stands in every word that this reader wrote, and nowhere else."""

ADDRESS = f"{MARK}@clinic.org"


@dataclass(frozen=True)
class Planted:
    """What the reader has, by the names that addresses of the site give it."""

    reader: int
    saved_id: int
    search_id: int
    endpoint_id: int
    token_id: int
    watchlist_id: int
    list_follow_id: int
    slug: str
    hashes: tuple[str, ...]
    """Of their secrets, as a stolen copy of the database would show them."""


def plant(engine: Engine, settings: Settings) -> Planted:
    """Let a reader follow, search, write down, publish and connect whatever can be."""
    now = machine_now()
    with open_session(engine) as session:
        reader = enroll(session, ADDRESS, time_zone="UTC", settings=settings, now=now)
        whose: dict[str, Any] = {"subscriber_id": reader, "now": now}
        project = project_by_key(session, KEY)
        assert project is not None
        studied = stored_id(project.id)
        follow(session, project_id=studied, cadence=Cadence.WEEKLY, **whose)
        change_follow(session, project_id=studied, note=f"{MARK} note", **whose)
        saved = save_search(
            session, name=f"{MARK} name", text=f"title:{MARK}", cadence=Cadence.DAILY, **whose
        )
        saved_id = stored_id(saved.id)
        open_feed(session, subscriber_id=reader, saved_search_id=saved_id)
        open_feed(session, subscriber_id=reader)
        wish = EndpointWish(EndpointKind.WEBHOOK, f"https://{MARK}.example.org/x", f"{MARK} label")
        endpoint = add_endpoint(session, wish, settings=settings, **whose)
        token = TokenWish(f"{MARK} token", tuple(ApiScope))
        _, api_token = make_api_token(session, token, **whose)
        draft = Draft(f"{MARK} list", f"{MARK} about", "en", f"{KEY} | {MARK} entry")
        watchlist = write_watchlist(session, draft, **whose)
        request_sign_in(session, address=ADDRESS, settings=settings, now=now)
        list_follow = _follow_a_list(session, settings, whose)
        _notice(session, reader, studied, saved_id)
        owner = session.get_one(Subscriber, reader)
        secrets = session.exec(select_rows(Token.token_hash).where(Token.subscriber_id == reader))
        hashes = [*secrets, saved.feed_hash, owner.calendar_hash, api_token.token_hash]
        return Planted(
            reader=reader,
            saved_id=saved_id,
            search_id=saved.search_id,
            endpoint_id=endpoint.id,
            token_id=stored_id(api_token.id),
            watchlist_id=stored_id(watchlist.id),
            list_follow_id=list_follow,
            slug=watchlist.slug,
            hashes=tuple(one for one in hashes if one),
        )


def _follow_a_list(session: Session, settings: Settings, whose: dict[str, Any]) -> int:
    now = whose["now"]
    author = enroll(session, "author@clinic.org", time_zone="UTC", settings=settings, now=now)
    draft = Draft("A public list", "", "en", "CA000002")
    public = write_watchlist(session, draft, subscriber_id=author, now=now)
    number = stored_id(public.id)
    publish_watchlist(session, number, Reach.EVERYBODY, subscriber_id=author, now=now)
    follow_watchlist(session, slug=public.slug, cadence=Cadence.WEEKLY, **whose)
    row = session.exec(select_rows(WatchlistFollow)).one()
    return stored_id(row.id)


def _notice(session: Session, reader: int, project_id: int, saved_id: int) -> None:
    clause = Clause(clause=f"title:{MARK}", field="project_title", excerpt=f"{MARK} excerpt")
    reason = SearchReason(saved_search_id=saved_id, appl_id=1, version=1, clauses=(clause,))
    sweep = session.exec(select_rows(col(Sweep.id)).order_by(col(Sweep.id))).first()
    assert sweep is not None
    session.add(
        Notice(
            subscriber_id=reader,
            project_id=project_id,
            sweep_id=sweep,
            severity=Severity.NOTABLE,
            reasons=REASONS.dump_python((reason,), mode="json"),
            cadence=Cadence.WEEKLY,
            created_at=machine_now(),
        )
    )
    session.commit()


def state_of(engine: Engine, reader: int) -> str:
    """Return the hash of every row that is the reader's, or hangs on one that is."""
    found = blake2b()
    with engine.connect() as connection:
        theirs: dict[str, set[Any]] = {"subscriber": {reader}}
        for table in SQLModel.metadata.sorted_tables:
            keys = list(table.primary_key.columns)
            wanted = [
                key.parent.in_(theirs[key.column.table.name])
                for key in table.foreign_keys
                if theirs.get(key.column.table.name)
            ]
            if table.name == "subscriber":
                wanted = [keys[0] == reader]
            rows = [row for one in wanted for row in connection.execute(select(table).where(one))]
            if len(keys) == 1:
                at = list(table.columns).index(keys[0])
                theirs[table.name] = {row[at] for row in rows}
            for row in sorted(repr(tuple(row)) for row in rows):
                found.update(f"{table.name} {row}\n".encode())
    return found.hexdigest()
