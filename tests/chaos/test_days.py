"""Six weeks in which clocks change, on both databases; and the judge itself is judged."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from tests.chaos.days import Days, Plan, judge, play_and_judge
from tests.chaos.watched import Expected, due, expected

from tidings.config import Settings
from tidings.notices.models import DigestRun

SEPTEMBER = datetime(2026, 9, 24, 12, 34, 56, tzinfo=UTC)
"""Chatham, Lord Howe, London, St John's and New York change their clocks in the weeks to come."""


@pytest.mark.timeout(180)
def test_every_period_of_six_weeks_has_one_digest_at_the_right_time(engine: Engine) -> None:
    total, wrong = play_and_judge(engine, Plan(SEPTEMBER, days=42, seed=7, hours=(2, 3)))
    assert wrong == [], total


def test_the_judge_sees_a_digest_that_is_missing_doubled_or_at_the_wrong_time(
    engine: Engine, session: Session
) -> None:
    plan = Plan(SEPTEMBER, days=6, seed=1, zones=("America/New_York",), hours=(2,))
    days = Days(engine, plan, Settings(mail_from="news@tidings.example"))
    days.play()
    assert list(judge(days)) == []
    run = session.exec(select(DigestRun)).all()[2]
    right = run.period_end
    run.period_end = right + timedelta(hours=1)
    session.commit()
    assert {one.partition(",")[0] for one in judge(days)} == {"missing", "too many"}
    run.period_end = right
    session.add(
        DigestRun(
            subscriber_id=run.subscriber_id,
            cadence=run.cadence,
            period_start=right,
            period_end=right + timedelta(hours=1),
            started_at=right,
        )
    )
    session.commit()
    assert any("instead of" in one for one in judge(days))


@pytest.mark.parametrize(
    ("zone", "hour", "date", "at"),
    [
        ("America/New_York", 2, "2026-03-08", "2026-03-08T07:00"),  # the hour is skipped
        ("America/New_York", 1, "2026-11-01", "2026-11-01T05:00"),  # and comes twice
        ("Europe/London", 1, "2026-03-29", "2026-03-29T01:00"),
        ("Europe/London", 1, "2026-10-25", "2026-10-25T00:00"),
        ("Australia/Lord_Howe", 2, "2026-10-04", "2026-10-03T15:30"),  # 2:00 becomes 2:30
        ("Australia/Lord_Howe", 2, "2026-04-05", "2026-04-04T15:30"),  # 2:00 becomes 1:30
        ("America/St_Johns", 2, "2026-03-08", "2026-03-08T05:30"),
        ("Asia/Kolkata", 8, "2026-11-01", "2026-11-01T02:30"),
        ("Pacific/Chatham", 3, "2026-09-27", "2026-09-26T14:00"),  # 2:45 becomes 3:45
        ("Africa/Casablanca", 2, "2026-03-22", "2026-03-22T02:00"),  # 2:00 becomes 3:00
    ],
)
def test_a_watched_clock_says_what_the_laws_of_its_country_say(
    zone: str, hour: int, date: str, at: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    around = moment - timedelta(hours=5), moment + timedelta(hours=5)
    assert due(zone, hour, "daily", *around) == [moment], date


def test_what_comes_due_in_an_outage_is_one_digest() -> None:
    day = [SEPTEMBER + timedelta(days=n) for n in range(6)]
    minute = timedelta(minutes=1)
    ticks = [day[1] + minute, day[4] + minute]
    assert expected(day[1:], ticks, day[0]) == [
        Expected(day[0], day[1], ticks[0]),
        Expected(day[1], day[4], ticks[1]),
    ]
