"""A sweep asks for the scope of the settings, and for what is followed beyond it."""

from datetime import timedelta
from typing import Any

import pytest
from builders import make_follow, make_reader
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session
from sweeps import run_sweep

from tidings.config import Settings
from tidings.flows.start_sweep import start_sweep
from tidings.projects.models import Purpose, Sweep
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import EndedReason, Follow

LATER = NOW + timedelta(days=7)
OLD: dict[str, Any] = {"fiscal_year": 2020, "is_active": False}


@pytest.fixture
def followed(engine: Engine, session: Session) -> Follow:
    """Follow one of two projects that are over and done."""
    run_sweep(engine, ListedSource([record(1, **OLD), record(2, **OLD), record(3)]), now=NOW)
    project = project_by_key(session, "CA000001")
    assert project is not None
    return make_follow(session, make_reader(session), project)


def asked(session: Session, purpose: Purpose, settings: Settings) -> dict[str, Any]:
    sweep_id = start_sweep(session, purpose=purpose, settings=settings, now=LATER)
    assert sweep_id is not None
    scope = session.get_one(Sweep, sweep_id).scope
    return {part["name"]: part["criteria"] for part in scope}


def test_the_scope_is_two_fiscal_years_and_all_that_is_active(
    session: Session, settings: Settings
) -> None:
    assert asked(session, Purpose.WEEKLY, settings) == {
        "scope": {"fiscal_years": [2026, 2027], "include_active_projects": True}
    }


@pytest.mark.usefixtures("followed")
def test_what_is_followed_beyond_the_scope_is_asked_for_by_number(
    session: Session, settings: Settings
) -> None:
    assert asked(session, Purpose.WEEKLY, settings)["project_nums-1"] == {
        "project_nums": ["R01CA000001"]
    }


@pytest.mark.usefixtures("followed")
def test_what_is_followed_within_the_scope_is_not_asked_for_twice(session: Session) -> None:
    wide = Settings(scope_years=10)

    assert asked(session, Purpose.WEEKLY, wide).keys() == {"scope"}


@pytest.mark.usefixtures("followed")
def test_a_sweep_of_the_followed_asks_for_nothing_else(
    session: Session, settings: Settings
) -> None:
    assert asked(session, Purpose.FOLLOWED, settings).keys() == {"project_nums-1"}


def test_with_nothing_followed_there_is_no_such_sweep(
    followed: Follow, session: Session, settings: Settings
) -> None:
    followed.ended_at, followed.ended_reason = LATER, EndedReason.UNSUBSCRIBED
    session.add(followed)
    session.commit()

    assert start_sweep(session, purpose=Purpose.FOLLOWED, settings=settings, now=LATER) is None


@pytest.mark.usefixtures("followed")
def test_a_probe_asks_for_what_was_added_since_the_last_good_sweep(
    session: Session, settings: Settings
) -> None:
    (criteria,) = asked(session, Purpose.PROBE, settings).values()

    assert criteria["date_added"] == {"from_date": "2026-11-13"}
    assert criteria["fiscal_years"] == [2026, 2027]
