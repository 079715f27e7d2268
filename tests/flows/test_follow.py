"""Following a project: one live follow a pair, and nothing lost or doubled by a change of mind."""

import pytest
from builders import make_follow, make_notice, make_project, make_reader
from conftest import NOW
from sqlmodel import Session, col, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.errors import RejectedError
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.follow import follow
from tidings.notices.models import Notice, NoticeState
from tidings.notices.reasons import REASONS, FollowReason, SearchReason
from tidings.subscribers.models import (
    Cadence,
    DigestSchedule,
    EndedReason,
    Follow,
    SubscriberState,
)
from tidings.subscribers.queries import followed_project_ids, follows_of_projects, live_follows


def pair(session: Session) -> dict[str, int]:
    """Store a reader and a project, as the arguments of ``follow``."""
    reader, project = make_reader(session), make_project(session)
    return {"subscriber_id": stored_id(reader.id), "project_id": stored_id(project.id)}


def schedules(session: Session) -> list[Cadence]:
    return sorted(session.exec(select(col(DigestSchedule.cadence))))


def notice_of(session: Session, row: Follow, **values: object) -> int:
    return stored_id(make_notice(session, row, **values).id)


def reload(session: Session, notice_id: int) -> Notice:
    session.expire_all()
    return session.get_one(Notice, notice_id)


@pytest.mark.parametrize("cadence", [Cadence.DAILY, Cadence.WEEKLY, Cadence.MONTHLY])
def test_a_follow_with_a_digest_cadence_has_a_time_for_its_digest(
    session: Session, cadence: Cadence
) -> None:
    row = follow(session, **pair(session), cadence=cadence, now=NOW)
    assert (row.cadence, row.created_at, row.ended_at) == (cadence, NOW, None)
    schedule = session.exec(select(DigestSchedule)).one()
    assert (schedule.subscriber_id, schedule.cadence) == (row.subscriber_id, cadence)
    assert schedule.next_due_at > NOW


@pytest.mark.parametrize("cadence", [Cadence.IMMEDIATE, Cadence.PAUSED])
def test_a_follow_without_digests_needs_no_time_for_them(
    session: Session, cadence: Cadence
) -> None:
    follow(session, **pair(session), cadence=cadence, now=NOW)
    assert schedules(session) == []


def test_following_twice_changes_nothing(session: Session) -> None:
    both = pair(session)
    first = follow(session, **both, cadence=Cadence.WEEKLY, now=NOW)
    again = follow(session, **both, cadence=Cadence.WEEKLY, now=NOW)
    assert again.id == first.id
    assert len(session.exec(select(Follow)).all()) == 1


def test_another_cadence_ends_the_follow_and_starts_another(session: Session) -> None:
    both = pair(session)
    before = follow(session, **both, cadence=Cadence.WEEKLY, now=NOW)
    after = follow(session, **both, cadence=Cadence.DAILY, now=NOW)
    session.expire_all()
    assert (before.ended_at, before.ended_reason) == (NOW, EndedReason.CADENCE_CHANGED)
    assert [row.id for row in live_follows(session, both["subscriber_id"])] == [after.id]
    assert schedules(session) == [Cadence.DAILY, Cadence.WEEKLY]


def test_what_waits_moves_to_the_new_cadence_and_is_told_once(
    session: Session, settings: Settings
) -> None:
    both = pair(session)
    waits = notice_of(session, follow(session, **both, cadence=Cadence.WEEKLY, now=NOW))
    after = follow(session, **both, cadence=Cadence.IMMEDIATE, now=NOW)
    notice = reload(session, waits)
    assert notice.cadence is Cadence.IMMEDIATE
    [reason] = REASONS.validate_python(notice.reasons)
    assert isinstance(reason, FollowReason)
    assert reason.follow_id == after.id
    assert len(compose_alerts(session, settings=settings, now=NOW)) == 1
    follow(session, **both, cadence=Cadence.DAILY, now=NOW)
    assert reload(session, waits).state is NoticeState.BUNDLED


def test_pausing_drops_what_waits_for_the_follow_alone(session: Session) -> None:
    both = pair(session)
    row = follow(session, **both, cadence=Cadence.WEEKLY, now=NOW)
    alone = notice_of(session, row)
    search = SearchReason(saved_search_id=1, appl_id=9, version=1, clauses=())
    own = FollowReason(follow_id=stored_id(row.id), change_ids=(1,))
    shared = notice_of(session, row, reasons=REASONS.dump_python((own, search), mode="json"))
    follow(session, **both, cadence=Cadence.PAUSED, now=NOW)
    assert reload(session, alone).state is NoticeState.SKIPPED
    assert reload(session, alone).skipped_reason == "paused"
    assert reload(session, shared).state is NoticeState.WAITING
    assert reload(session, shared).cadence is Cadence.WEEKLY


def test_a_change_of_one_follow_leaves_the_notices_of_others_alone(session: Session) -> None:
    both = pair(session)
    follow(session, **both, cadence=Cadence.WEEKLY, now=NOW)
    other_project = make_follow(
        session, make_reader(session, "other"), make_project(session, "CA1")
    )
    other = notice_of(session, other_project)
    follow(session, **both, cadence=Cadence.PAUSED, now=NOW)
    assert reload(session, other).state is NoticeState.WAITING


@pytest.mark.parametrize("state", [SubscriberState.PENDING, SubscriberState.ENDED])
def test_only_a_reader_who_has_confirmed_can_follow(
    session: Session, state: SubscriberState
) -> None:
    reader, project = make_reader(session, state=state), make_project(session)
    with pytest.raises(RejectedError, match="has confirmed"):
        follow(
            session,
            subscriber_id=stored_id(reader.id),
            project_id=stored_id(project.id),
            cadence=Cadence.WEEKLY,
            now=NOW,
        )
    assert session.exec(select(Follow)).all() == []


def test_a_reader_who_is_not_there_cannot_follow(session: Session) -> None:
    project = stored_id(make_project(session).id)
    with pytest.raises(RejectedError):
        follow(session, subscriber_id=99, project_id=project, cadence=Cadence.WEEKLY, now=NOW)


def test_those_to_be_told_of_a_change_are_active_live_unmuted_and_not_paused(
    session: Session,
) -> None:
    project = make_project(session)
    told = make_follow(session, make_reader(session, "told"), project, muted_until=NOW)
    make_follow(session, make_reader(session, "past"), project, ended_at=NOW)
    make_follow(session, make_reader(session, "paused"), project, cadence=Cadence.PAUSED)
    later = NOW.replace(hour=13)
    make_follow(session, make_reader(session, "muted"), project, muted_until=later)
    for state in (SubscriberState.PENDING, SubscriberState.ENDED):
        make_follow(session, make_reader(session, state, state=state), project)
    other = make_project(session, "CA1")
    make_follow(session, make_reader(session, "elsewhere"), other)
    found = follows_of_projects(session, [stored_id(project.id)], now=NOW)
    assert [row.id for row in found] == [told.id]
    assert set(followed_project_ids(session)) == {project.id, other.id}
