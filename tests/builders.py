"""Small builders of rows for tests: each stores one row with plain defaults and returns it."""

from typing import Any, TypeVar

from conftest import NOW
from sqlmodel import Session

from tidings.db.base import Table, stored_id
from tidings.notices.models import Notice
from tidings.notices.reasons import REASONS, FollowReason
from tidings.projects.models import Project, Purpose, Severity, Sweep, SweepState
from tidings.subscribers.models import Cadence, Follow, Subscriber, SubscriberState

Row = TypeVar("Row", bound=Table)


def make_reader(session: Session, name: str = "reader", **values: Any) -> Subscriber:
    """Store an active reader; the name stands for the address."""
    plain: dict[str, Any] = {
        "address": name.encode(),
        "address_hash": name,
        "state": SubscriberState.ACTIVE,
        "created_at": NOW,
        "confirmed_at": NOW,
    }
    return _stored(session, Subscriber(**plain | values))


def make_project(session: Session, key: str = "CA286969", **values: Any) -> Project:
    """Store a project that has no awards."""
    plain: dict[str, Any] = {
        "key": key,
        "title": f"Study {key}",
        "current_appl_id": 1,
        "first_seen_at": NOW,
        "last_changed_at": NOW,
    }
    return _stored(session, Project(**plain | values))


def make_sweep(session: Session, **values: Any) -> Sweep:
    """Store a complete weekly sweep."""
    plain: dict[str, Any] = {
        "purpose": Purpose.WEEKLY,
        "state": SweepState.COMPLETE,
        "started_at": NOW,
        "finished_at": NOW,
    }
    return _stored(session, Sweep(**plain | values))


def make_follow(session: Session, reader: Subscriber, project: Project, **values: Any) -> Follow:
    """Store a live weekly follow."""
    plain: dict[str, Any] = {
        "subscriber_id": reader.id,
        "project_id": project.id,
        "cadence": Cadence.WEEKLY,
        "created_at": NOW,
    }
    return _stored(session, Follow(**plain | values))


def make_notice(session: Session, follow: Follow, **values: Any) -> Notice:
    """Store a waiting notice of a follow, about a sweep of its own, at the follow's cadence."""
    reason = FollowReason(follow_id=stored_id(follow.id), change_ids=(1,))
    plain: dict[str, Any] = {
        "subscriber_id": follow.subscriber_id,
        "project_id": follow.project_id,
        "sweep_id": values.pop("sweep_id", None) or make_sweep(session).id,
        "severity": Severity.NOTABLE,
        "reasons": REASONS.dump_python((reason,), mode="json"),
        "cadence": follow.cadence,
        "created_at": NOW,
    }
    return _stored(session, Notice(**plain | values))


def _stored(session: Session, row: Row) -> Row:
    session.add(row)
    session.commit()
    return row
