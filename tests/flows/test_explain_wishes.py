"""Why a reader was told or not, where that is what they have asked for."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from builders import make_project
from explained import KEY, Town, swept_once, town_in
from sqlmodel import col, select, update

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.change_follow import change_follow
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.explain_wishes import IN_SPITE
from tidings.flows.pull_brake import pull_brake
from tidings.notices.alerts import TOO_MANY
from tidings.notices.models import Notice
from tidings.notices.preferences import FOREVER
from tidings.notices.silences import Outcome
from tidings.subscribers.models import Follow, Subscriber

CUT = {"project_end_date": "2026-11-20"}


@pytest.fixture(scope="module")
def swept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return swept_once(sqlite_template, tmp_path_factory.mktemp("wishes"))


@pytest.fixture
def town(swept: Path, tmp_path: Path, settings: Settings) -> Generator[Town]:
    with town_in(swept, tmp_path, settings) as town:
        yield town


def ask(town: Town, **asked: Any) -> None:
    with open_session(town.engine) as session:
        row = session.exec(select(Follow).where(col(Follow.ended_at).is_(None))).one()
        both = {"subscriber_id": row.subscriber_id, "project_id": row.project_id}
        session.rollback()
        change_follow(session, **both, now=town.now, **asked)


def after(fields: dict[str, Any], **asked: Any) -> Callable[[Town], None]:
    """Return what lets the study change once the follower has asked for something."""

    def act(town: Town) -> None:
        ask(town, **asked)
        town.pass_week(**fields)
        town.match()

    return act


def in_quiet_hours(town: Town) -> None:
    town.change(update(Subscriber).values(quiet_from=10, quiet_until=20))
    town.cut()
    town.alert()


def while_stopped(town: Town) -> None:
    town.cut()
    town.alert()
    with open_session(town.engine) as session:
        pull_brake(session, reason="a test", by="eva", settings=town.settings, now=town.now)


def among_too_many(town: Town) -> None:
    town.settings = town.settings.model_copy(update={"alerts_a_day": 1})
    town.cut()
    town.alert()
    town.source.records[0]["project_title"] = "Cells, again"
    town.read()
    town.match()
    with open_session(town.engine) as session:
        assert compose_alerts(session, settings=town.settings, now=town.now) == []


def among_many_of_a_sweep(town: Town) -> None:
    town.settings = town.settings.model_copy(update={"roll_up_after": 1})
    town.cut()
    with open_session(town.engine) as session:
        notice = session.exec(select(Notice)).one()
        copied = notice.model_dump(exclude={"id", "project_id"})
        session.add(Notice(**copied, project_id=stored_id(make_project(session).id)))
        session.commit()
    town.alert()


@pytest.mark.parametrize(
    ("act", "outcome", "words"),
    [
        (
            after({"award_amount": 390_000}, threshold={"percent": 50, "dollars": 10**6}),
            Outcome.TOO_LITTLE,
            "The change is below its threshold of 1,000,000 dollars, 50 percent.",
        ),
        (
            after(CUT, cadence_by_kind={"end_cut": "paused"}),
            Outcome.PAUSED,
            "It is paused for this kind of news: end cut.",
        ),
        (after(CUT, muted_until=FOREVER), Outcome.MUTED, "It is muted for good."),
        (
            in_quiet_hours,
            Outcome.DEFERRED,
            "waits until 30 Nov 2026, 20:00 UTC, when the reader's quiet hours end.",
        ),
        (
            while_stopped,
            Outcome.IN_MAIL,
            "All mail is stopped since 30 Nov 2026, 12:00 UTC by eva: a test.",
        ),
        (
            among_too_many,
            Outcome.WAITS_FOR_DIGEST,
            f"is due 1 Dec 2026, 08:00 UTC. There were {TOO_MANY}.",
        ),
        (among_many_of_a_sweep, Outcome.IN_MAIL, "delivery 1, with all of its sweep, which waits"),
    ],
)
def test_what_a_reader_has_asked_for_explains_what_came(
    town: Town, act: Callable[[Town], None], outcome: Outcome, words: str
) -> None:
    town.follow()
    act(town)
    found = town.why_not(KEY).findings[0]
    assert found.outcome is outcome
    assert words in found.words


def test_what_takes_bad_news_back_is_explained_in_spite_of_a_mute(town: Town) -> None:
    town.follow()
    town.cut()
    town.send(town.alert())
    ask(town, muted_until=FOREVER)
    town.pass_week(project_end_date="2030-11-30")
    town.match()
    town.send(town.alert())
    found = town.why_not(KEY).findings[0]
    assert found.outcome is Outcome.TOLD
    assert found.words.endswith(IN_SPITE)
