"""Gather all that is held on a reader, for the reader."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import Table, stored_id
from tidings.delivery.endpoints import EndpointVault, shown_address
from tidings.delivery.export_queries import events_of
from tidings.delivery.models import Delivery, Endpoint, Suppression
from tidings.delivery.suppression import WORDS, Reason
from tidings.errors import RejectedError
from tidings.notices.models import DigestRun, Notice
from tidings.notices.reasons import REASONS, FollowReason, SearchReason
from tidings.projects.models import Change
from tidings.projects.queries import changes_by_ids
from tidings.projects.sweep_queries import projects_by_ids
from tidings.projects.wording import change_line
from tidings.rendering.speech import Sayable, Speech, speech_of
from tidings.searches.models import SavedSearch
from tidings.subscribers import exports
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.exports import Export
from tidings.subscribers.models import (
    ApiToken,
    DigestSchedule,
    Editor,
    Follow,
    Subscriber,
    Token,
    TokenPurpose,
)
from tidings.subscribers.own_queries import own_rows
from tidings.watchlists.models import Watchlist, WatchlistFollow
from tidings.watchlists.queries import watchlists_by_ids

MANY = 5000
"""Values of one IN."""

Shape = TypeVar("Shape", bound=exports.Part)


def export_reader(
    session: Session, subscriber_id: int, *, settings: Settings, now: datetime
) -> Export:
    """Return all that is held on a reader; reads alone.

    Raises RejectedError, in words, when there is no such reader.
    """
    reader = session.get(Subscriber, subscriber_id)
    if reader is None:
        raise RejectedError(Sayable("We hold nothing on this reader."))
    book, speech = AddressBook(settings.secret), speech_of(reader.language)
    tokens = own_rows(session, Token, subscriber_id)
    asking = [one for one in tokens if one.purpose is not TokenPurpose.SESSION]
    calls = own_rows(session, Endpoint, subscriber_id)
    return Export(
        site=settings.site_url,
        made_at=now,
        address=book.open(reader.address),
        settings=_settings(reader),
        consent=exports.Consent.model_validate(reader),
        withheld=_withheld(session.get(Suppression, reader.address_hash)),
        follows=tuple(_follows(session, subscriber_id)),
        saved_searches=tuple(_searches(session, subscriber_id)),
        digest_schedules=_all(session, DigestSchedule, exports.Schedule, subscriber_id),
        digests=_all(session, DigestRun, exports.Digest, subscriber_id),
        notices=tuple(_notices(session, subscriber_id, speech)),
        messages=tuple(_messages(session, subscriber_id, book)),
        endpoints=tuple(_endpoints(calls, EndpointVault(settings.secret))),
        links=tuple(_link(one, book) for one in asking),
        sessions=tuple(_link(one, book) for one in tokens if one not in asking),
        api_tokens=_all(session, ApiToken, exports.Program, subscriber_id),
        watchlists=_all(session, Watchlist, exports.OwnList, subscriber_id),
        watchlist_follows=tuple(_lists(session, subscriber_id)),
        editor=_all(session, Editor, exports.Role, subscriber_id),
    )


def _all(
    session: Session, table: type[Table], shape: type[Shape], subscriber_id: int
) -> tuple[Shape, ...]:
    return tuple(map(shape.model_validate, own_rows(session, table, subscriber_id)))


def _settings(reader: Subscriber) -> exports.Settings:
    found = exports.Settings.model_validate(reader)
    return found.model_copy(update={"has_calendar": reader.calendar_hash is not None})


def _withheld(row: Suppression | None) -> exports.Withheld | None:
    if row is None:
        return None
    return exports.Withheld(reason=WORDS[Reason(row.reason)], since=row.since, until=row.until)


def _follows(session: Session, subscriber_id: int) -> Iterable[exports.Followed]:
    rows = own_rows(session, Follow, subscriber_id)
    projects = {one.id: one for one in projects_by_ids(session, {row.project_id for row in rows})}
    for row in rows:
        project = projects[row.project_id]
        named = {"study": project.key, "title": project.title}
        yield exports.Followed.model_validate(row).model_copy(update=named)


def _searches(session: Session, subscriber_id: int) -> Iterable[exports.Searched]:
    for row in own_rows(session, SavedSearch, subscriber_id):
        has = {"has_feed": row.feed_hash is not None}
        yield exports.Searched.model_validate(row).model_copy(update=has)


def _lists(session: Session, subscriber_id: int) -> Iterable[exports.FollowedList]:
    rows = own_rows(session, WatchlistFollow, subscriber_id)
    lists = watchlists_by_ids(session, {row.watchlist_id for row in rows})
    for row in rows:
        named = {"slug": lists[row.watchlist_id].slug, "title": lists[row.watchlist_id].title}
        yield exports.FollowedList.model_validate(row).model_copy(update=named)


def _messages(session: Session, subscriber_id: int, book: AddressBook) -> Iterable[exports.Message]:
    events = events_of(session, subscriber_id)
    for row in own_rows(session, Delivery, subscriber_id):
        happened = events.get(stored_id(row.id), ())
        more = {
            "to": book.open(row.address) if row.address else "",
            "events": tuple(map(exports.Event.model_validate, happened)),
        }
        yield exports.Message.model_validate(row).model_copy(update=more)


def _endpoints(rows: Sequence[Endpoint], vault: EndpointVault) -> Iterable[exports.Way]:
    for row in rows:
        shown = {"shown": shown_address(vault.address(row)) if row.address else ""}
        yield exports.Way.model_validate(row).model_copy(update=shown)


def _link(row: Token, book: AddressBook) -> exports.Link:
    address = {"new_address": book.open(row.address) if row.address else ""}
    return exports.Link.model_validate(row).model_copy(update=address)


@dataclass(frozen=True)
class _Sources:
    """What the reasons of notices name, by id."""

    changes: Mapping[int, Change]
    searches: Mapping[int, str]
    speech: Speech

    def why(self, reason: FollowReason | SearchReason) -> str:
        """Say a reason in one sentence."""
        told = [self.changes[one] for one in reason.change_ids if one in self.changes]
        happened = "; ".join(map(self._happened, told))
        if isinstance(reason, FollowReason):
            return self.speech.say("You follow this study: {changes}", changes=happened)
        held = "; ".join(one.clause for one in reason.clauses)
        return self.speech.say(
            "Your search {name} found it by {clauses}. {changes}",
            name=repr(self.searches.get(reason.saved_search_id, "")),
            clauses=held,
            changes=happened,
        ).rstrip()

    def _happened(self, change: Change) -> str:
        line = change_line(change, self.speech)
        if line.was:
            named = {"label": line.label, "was": line.was, "now": line.now}
            return self.speech.say("{label}: was {was}, now {now}", **named)
        return f"{line.label} {line.now}".strip()


def _notices(session: Session, subscriber_id: int, speech: Speech) -> Iterable[exports.Told]:
    rows = own_rows(session, Notice, subscriber_id)
    reasons = {row.id: REASONS.validate_python(row.reasons) for row in rows}
    named = {one for why in reasons.values() for reason in why for one in reason.change_ids}
    ids = sorted(named)
    chunks = (ids[start : start + MANY] for start in range(0, len(ids), MANY))
    sources = _Sources(
        {stored_id(one.id): one for chunk in chunks for one in changes_by_ids(session, chunk)},
        {stored_id(one.id): one.name for one in own_rows(session, SavedSearch, subscriber_id)},
        speech,
    )
    projects = projects_by_ids(session, {row.project_id for row in rows})
    keys = {project.id: project.key for project in projects}
    for row in rows:
        more = {"study": keys[row.project_id], "why": tuple(map(sources.why, reasons[row.id]))}
        yield exports.Told.model_validate(row).model_copy(update=more)
