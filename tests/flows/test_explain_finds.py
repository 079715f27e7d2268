"""Why a search of a reader told nothing of a study: what it finds, when, and what fails."""

from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW
from explained import WEEK, Town, swept_once, town_in
from sources import record
from sqlalchemy import Engine
from sqlmodel import delete, update

from tidings.config import Settings
from tidings.notices.models import Notice, NoticeState
from tidings.notices.silences import Outcome
from tidings.projects.models import Change, Sweep, SweepState
from tidings.searches.models import Match, SavedSearch
from tidings.subscribers.models import Cadence


@pytest.fixture(scope="module")
def swept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a store that was read once."""
    return swept_once(sqlite_template, tmp_path_factory.mktemp("swept"))


@pytest.fixture
def town(swept: Path, tmp_path: Path, settings: Settings) -> Generator[Town]:
    """Give a store that was read once; answers differ by rows, the queries are the same."""
    with town_in(swept, tmp_path, settings) as made:
        yield made


def zebrafish(town: Town) -> None:
    """Let the first study be found by a search."""
    town.pass_week(abstract_text="We study zebrafish.")


def found(town: Town) -> None:
    zebrafish(town)
    town.match()


def unmatched(town: Town) -> None:
    zebrafish(town)
    town.change(update(Sweep).values(state=SweepState.RUNNING))


def found_in_a_storm(town: Town) -> None:
    zebrafish(town)
    town.change(update(Change).values(held_at=town.now))


def found_while(**values: Any) -> Callable[[Town], None]:
    def act(town: Town) -> None:
        town.change(update(SavedSearch).values(**values))
        found(town)

    return act


def mail_gone(town: Town) -> None:
    found(town)
    town.change(update(Notice).values(state=NoticeState.BUNDLED))


def lost_match(town: Town) -> None:
    found(town)
    town.change(delete(Notice))
    town.change(delete(Match))


def lost_notice(town: Town) -> None:
    found(town)
    town.change(delete(Notice))


@pytest.mark.parametrize(
    ("act", "outcome", "words"),
    [
        (found, Outcome.WAITS_FOR_ALERT, "waits for its own mail."),
        (zebrafish, Outcome.TO_BE_MATCHED, "It finds record 1, which is to be matched."),
        (unmatched, Outcome.BEING_READ, "It finds record 1, which is being read."),
        (found_in_a_storm, Outcome.HELD_AS_STORM, "which is held by the storm breaker."),
        (found_while(cadence=Cadence.PAUSED), Outcome.PAUSED, "It is paused."),
        (found_while(muted_until=NOW + 2 * WEEK), Outcome.MUTED, "It was muted until 7 Dec 2026"),
        (mail_gone, Outcome.UNEXPLAINED, "Its mail is no longer there."),
        (lost_match, Outcome.UNEXPLAINED, "It finds record 1 in version 2, and never noted it."),
        (lost_notice, Outcome.UNEXPLAINED, "and no notice of it is kept."),
    ],
)
def test_of_a_study_that_a_search_finds(
    act: Callable[[Town], None], outcome: Outcome, words: str, town: Town
) -> None:
    town.save("zebrafish")
    act(town)
    finding = town.answer()
    assert finding.outcome is outcome
    assert words in finding.words


def test_a_search_that_finds_nothing_names_the_clauses_that_fail_and_the_nearest_record(
    town: Town,
) -> None:
    town.save("cells state:MA fy>=2027")
    town.source.records.append(
        record(7, project_serial_num="CA000001", core_project_num="R01CA000001", fiscal_year=2027)
    )
    town.pass_week()
    town.match()
    finding = town.answer()
    assert finding.outcome is Outcome.NOT_MATCHED
    assert (finding.appl_id, finding.version, finding.others) == (7, 1, 1)
    assert [one.because for one in finding.failures] == ["the record says AZ"]


def test_a_search_for_changes_names_what_fails_on_the_nearest_event(town: Town) -> None:
    town.save("change:extended cells")
    town.cut()
    finding = town.answer()
    assert finding.outcome is Outcome.NOT_MATCHED
    assert [one.because for one in finding.failures] == ["what happened is end cut"]


def test_what_was_there_when_the_search_was_saved_is_known(town: Town) -> None:
    town.save("cells")
    town.cut()
    finding = town.answer()
    assert (finding.outcome, finding.appl_id, finding.version) == (Outcome.KNOWN, 1, 1)
    assert finding.words.startswith("It was found on 23 Nov 2026 already (")


def test_what_another_readers_search_found_earlier_is_known(town: Town) -> None:
    town.save("zebrafish")
    found(town)
    town.change(delete(Notice))
    town.change(update(SavedSearch).values(created_at=town.now + timedelta(hours=1)))
    assert town.answer().outcome is Outcome.KNOWN


def test_what_was_found_while_the_readers_own_search_was_muted_is_said(town: Town) -> None:
    town.save("zebrafish")
    found(town)
    town.change(delete(Notice))  # as if only somebody else had been told
    town.change(update(SavedSearch).values(muted_until=NOW + 2 * WEEK))
    assert town.answer().outcome is Outcome.MUTED


def test_what_a_first_sweep_is_still_reading_is_said(
    sqlite_engine: Engine, settings: Settings
) -> None:
    town = Town(sqlite_engine, settings)
    town.save("cells")
    town.read()
    town.change(delete(Match))
    town.change(update(Sweep).values(state=SweepState.RUNNING))
    assert town.answer().outcome is Outcome.BEING_READ
