"""Answer "why was I not told": for one address, one project and all that was asked for."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery.lookup_queries import last_of_kind, returns_of
from tidings.delivery.models import DeliveryKind
from tidings.delivery.standings import standing_of, stopped_words
from tidings.delivery.suppression_queries import suppression_reason
from tidings.errors import RejectedError
from tidings.flows.explain_wishes import Case, explain_follow, explain_search
from tidings.notices import silence_queries as queries
from tidings.notices.events import events_of
from tidings.notices.silences import Finding, Outcome, Post, Silence, ended_words
from tidings.projects.models import Project
from tidings.projects.queries import awards_of, project_by_key
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.models import Subscriber, SubscriberState
from tidings.upkeep.brakes import brake_of


def explain_silence(
    session: Session, reader: str, project: str, *, now: datetime, settings: Settings
) -> Silence:
    """Return why the reader of this address was, or was not, told of the project with this key.

    Every live follow and saved search answers for itself, after what keeps the reader from all
    mail; changes no row. Raises RejectedError for what is no address, and for one that nobody has
    asked for anything with.
    """
    name = AddressBook(settings.secret).hash(normalise(reader))
    who = queries.reader_by_hash(session, name)
    if who is None:
        raise RejectedError("nobody has asked for anything with this address")
    key, reader_id = project.strip().upper(), stored_id(who.id)
    found = project_by_key(session, key)
    if found is None:
        words = f"No sweep has brought a project {key}."
        return Silence(reader_id, key, "", (Finding(Outcome.NEVER_SEEN, words),))
    findings = (*_of_reader(session, who, now=now), *_of_project(session, who, found, now=now))
    return Silence(reader_id, key, found.title, findings)


def _of_reader(session: Session, reader: Subscriber, *, now: datetime) -> Iterator[Finding]:
    """Say what keeps a reader from all mail."""
    if (state := _consent(session, reader)) is not None:
        yield state
    if (reason := suppression_reason(session, reader.address_hash, now=now)) is not None:
        yield Finding(Outcome.ADDRESS_SUPPRESSED, f"The address gets nothing: {reason}.")


def _consent(session: Session, reader: Subscriber) -> Finding | None:
    match reader.state:
        case SubscriberState.ACTIVE:
            return None
        case SubscriberState.ENDED:
            what = "The reader ended everything"
            words = ended_words(what, reader.ended_at, reader.ended_reason)
            return Finding(Outcome.READER_ENDED, words)
        case SubscriberState.PENDING:
            asked = last_of_kind(session, stored_id(reader.id), DeliveryKind.CONFIRM)
            mail = f": delivery {asked.id}, which {standing_of(asked)}" if asked else ""
            words = f"The reader has not answered the confirm mail{mail}."
            return Finding(Outcome.READER_PENDING, words, delivery_id=asked.id if asked else None)


def _of_project(
    session: Session, reader: Subscriber, project: Project, *, now: datetime
) -> Iterator[Finding]:
    about = stored_id(reader.id), stored_id(project.id)
    case = _case(session, reader, about, now=now)
    findings = [*explain_follow(case, queries.follows_about(session, *about))]
    for wished in queries.searches_about(session, *about):
        findings += explain_search(case, wished)
    if not findings and case.silenced is None:
        words = "The reader does not follow it and has no saved search that could find it."
        yield Finding(Outcome.NOTHING_ASKED, words)
    yield from findings


def _case(session: Session, reader: Subscriber, about: tuple[int, int], *, now: datetime) -> Case:
    reader_id, project_id = about
    changes = queries.changes_about(session, project_id)
    notices = queries.notices_about(session, reader_id, project_id)
    sent = [delivery.id for _, delivery in notices if delivery and delivery.id is not None]
    return Case(
        session=session,
        awards=awards_of(session, project_id),
        changes=[change for change, _ in changes],
        events=events_of(changes),
        notices=notices,
        post=Post(
            queries.due_times(session, reader_id),
            returns_of(session, sent),
            stopped_words(brake_of(session)),
        ),
        silenced=_consent(session, reader),
        now=now,
    )
