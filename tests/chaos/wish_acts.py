"""Readers who change what they ask for, and operators who stop all mail, killed in between."""

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from tests.chaos import world
from tests.chaos.scene import Scene

from tidings.clock import machine_now
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.errors import RejectedError
from tidings.flows.change_follow import change_follow
from tidings.flows.change_reader import change_reader
from tidings.flows.change_search import change_search
from tidings.flows.pull_brake import pull_brake
from tidings.flows.release_brake import release_brake
from tidings.projects.queries import projects_page
from tidings.searches.models import SavedSearch
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Cadence, Follow, Subscriber
from tidings.subscribers.queries import live_follow, subscriber_at
from tidings.upkeep.brakes import brake_of
from tidings.upkeep.models import AuditEntry

OPERATOR = "operator@tidings.example"
BY_KIND = {"end_cut": "immediate", "new_publication": "monthly"}


def change_all_wishes(scene: Scene, engine: Engine) -> None:
    """Let readers change a follow, a saved search and their hours."""
    now = machine_now()
    with open_session(engine) as session:
        reader = stored_id(_reader(scene, session, world.WEEKLY).id)
        saved = stored_id(session.exec(select(SavedSearch)).one().id)
        seeker = stored_id(_reader(scene, session, world.SEEKER).id)
        project = stored_id(projects_page(session, limit=1)[0].id)
        session.rollback()
        change_follow(
            session,
            subscriber_id=reader,
            project_id=project,
            cadence=Cadence.DAILY,
            cadence_by_kind=BY_KIND,
            note="why",
            now=now,
        )
        change_search(
            session,
            subscriber_id=seeker,
            saved_search_id=saved,
            cadence_by_kind=BY_KIND,
            now=now,
        )
        change_reader(session, subscriber_id=reader, digest_hour=17, heartbeat=True, now=now)


def are_changed_once(scene: Scene, session: Session) -> Iterator[str]:
    """Look whether each wish is as it was asked for, and a follow was succeeded once."""
    reader = _reader(scene, session, world.WEEKLY)
    project = stored_id(projects_page(session, limit=1)[0].id)
    row = live_follow(session, stored_id(reader.id), project)
    if row is None or (row.cadence, row.cadence_by_kind) != (Cadence.DAILY, BY_KIND):
        yield f"the follow is {row}"
    ended = session.exec(select(Follow).where(col(Follow.ended_at).is_not(None))).all()
    if len(ended) != 1:
        yield f"{len(ended)} follows have ended"
    if session.exec(select(SavedSearch)).one().cadence_by_kind != BY_KIND:
        yield "the saved search is as before"
    if (reader.digest_hour, reader.heartbeat) != (17, True):
        yield "the reader is as before"


def stop_all_mail(scene: Scene, engine: Engine) -> None:
    """Pull the brake."""
    settings = scene.settings.model_copy(update={"operator_address": OPERATOR})
    with open_session(engine) as session:
        pull_brake(session, reason="a trial", by="eva", settings=settings, now=machine_now())


def is_stopped_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the brake is pulled, and whether that was told and written down once."""
    kind = DeliveryKind.BRAKE_PULLED
    mails = session.exec(select(Delivery).where(col(Delivery.kind) == kind)).all()
    entries = session.exec(select(AuditEntry)).all()
    if brake_of(session) is None or (len(mails), len(entries)) != (1, 1):
        yield f"{brake_of(session)}, told {len(mails)} times, written down {len(entries)} times"


def let_mail_go_on(_scene: Scene, engine: Engine) -> None:
    """Release the brake."""
    with open_session(engine) as session, suppress(RejectedError):
        release_brake(session, by="eva", now=machine_now())


def goes_on(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the brake is released, and whether that was written down once."""
    actions = sorted(session.exec(select(col(AuditEntry.action))))
    if brake_of(session) is not None or actions != ["mail.pause", "mail.resume"]:
        yield f"{brake_of(session)}, written down as {actions}"


def _reader(scene: Scene, session: Session, address: str) -> Subscriber:
    found = subscriber_at(session, AddressBook(scene.settings.secret).hash(address))
    assert found is not None
    return found
