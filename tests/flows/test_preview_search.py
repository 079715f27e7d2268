"""What is shown of a search before anybody saves it."""

import re
import shutil
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine, func, select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_reader, open_session
from tidings.errors import QueryError, RejectedError
from tidings.flows.match_changes import match_changes
from tidings.flows.preview_search import Limits, Preview, preview_search
from tidings.flows.scratch import NOBODY, Reader
from tidings.flows.unsubscribe import unsubscribe
from tidings.rendering.speech import Speech
from tidings.subscribers.models import Cadence, EndedReason
from tidings.subscribers.tokens import read_unsubscribe_token
from tidings.tables import metadata

WEEK = timedelta(weeks=1)
Lived = tuple[Engine, Settings]
TODAY = NOW + 4 * WEEK + timedelta(days=2)


def live_through(engine: Engine, *, fresh: int = 1, bones: int = 1, weeks: int = 4) -> None:
    """Sweep once a week: so many new studies of cells each time, and one is cut short, then not.

    One new study in four is an R01, the others are R21s; those of bones never change.
    """
    source = ListedSource(
        [record(1)]
        + [record(2 + n, abstract_text="Of bones.", project_title="Bones") for n in range(bones)]
    )
    run_sweep(engine, source, now=NOW)
    for week in range(1, weeks + 1):
        first = 100 * week
        source.records += [
            record(first + number, activity_code="R21" if number % 4 else "R01")
            for number in range(fresh)
        ]
        source.records[0]["project_end_date"] = "2026-11-20" if week in {2, 3} else "2029-12-31"
        now = NOW + week * WEEK
        run_sweep(engine, source, now=now)
        with open_session(engine) as session:
            while match_changes(session, now=now).more:
                pass


@pytest.fixture(scope="module")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Lived]:
    """Give a store of four weeks that tests only look at, with the settings of its readers."""
    folder = tmp_path_factory.mktemp("lived")
    shutil.copy(sqlite_template, folder / "tidings.db")
    engine = make_engine(f"sqlite:///{folder / 'tidings.db'}")
    live_through(engine, fresh=2)
    yield engine, Settings(data_dir=folder, mail_from="news@tidings.example")
    engine.dispose()


def look(
    engine: Engine, settings: Settings, text: str, cadence: Cadence = Cadence.WEEKLY, **how: Any
) -> Preview:
    plain: dict[str, Any] = {"cadence": cadence, "now": TODAY, "settings": settings}
    return preview_search(engine, text, **plain | how)


def counted(preview: Preview) -> list[tuple[int, int, int]]:
    return [(week.studies, week.changes, week.mails) for week in preview.weeks]


def rows(engine: Engine) -> dict[str, int]:
    with open_reader(engine) as session:
        count = select(func.count())
        return {
            name: session.connection().execute(count.select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_what_was_there_on_the_first_day_is_a_hit_and_no_news(
    engine: Engine, settings: Settings
) -> None:
    live_through(engine, fresh=2)
    preview = look(engine, settings, "cells")
    assert (preview.hits.count, preview.hits.is_exact) == (9, True)
    assert counted(preview) == [(0, 0, 0), (2, 0, 1), (2, 0, 1), (2, 0, 1), (2, 0, 1)]
    assert preview.mails_in_all == len(preview.mails) == 4
    assert [mail.subject for mail in preview.mails] == ["2 studies found by your searches"] * 4
    assert preview.advice == ()


def test_a_store_younger_than_half_a_year_says_since_when(lived: Lived) -> None:
    engine, settings = lived
    young = look(engine, settings, "cells")
    assert young.covers == "We have read RePORTER since 23 Nov 2026, so this covers 5 weeks."
    whole = look(engine, settings, "cells", weeks=2)
    assert whole.covers == "This covers 2 weeks, since 9 Dec 2026."
    assert counted(whole) == [(2, 0, 1), (2, 0, 1)]
    assert (young.left_out, whole.left_out) == ((), ())


def test_a_reader_of_spanish_is_shown_mails_and_advice_in_spanish(lived: Lived) -> None:
    engine, settings = lived
    spanish = Speech("es")
    preview = look(engine, settings, "cells", reader=Reader(language="es"))
    assert preview.mails[-1].subject == "2 estudios encontrados por sus búsquedas"
    assert "RePORTER" in preview.mails[-1].text
    assert spanish.say(preview.covers).startswith("Leemos RePORTER desde el ")


def test_a_search_for_changes_tells_of_the_cut_and_of_its_end(
    lived: Lived,
) -> None:
    engine, settings = lived
    preview = look(engine, settings, "change:end_cut", Cadence.IMMEDIATE)
    assert [mail.subject for mail in preview.mails] == [
        "CA000001: end date moved earlier",
        "CA000001: an earlier change was undone",
    ]
    assert [mail.sent_at for mail in preview.mails] == [NOW + 2 * WEEK, NOW + 4 * WEEK]
    assert sum(week.changes for week in preview.weeks) == 2


def test_a_digest_comes_at_the_hour_of_the_readers_own_clock(
    lived: Lived,
) -> None:
    engine, settings = lived
    preview = look(
        engine, settings, "cells", Cadence.DAILY, reader=Reader("Asia/Tokyo", digest_hour=6)
    )
    assert [mail.sent_at for mail in preview.mails] == [
        NOW + week * WEEK + timedelta(hours=9) for week in range(1, 5)
    ]


def test_a_preview_changes_no_row_and_none_of_its_links_ends_anything(
    lived: Lived,
) -> None:
    engine, settings = lived
    before = rows(engine)
    (mail, *_) = look(engine, settings, "cells", Cadence.IMMEDIATE).mails
    assert rows(engine) == before
    tokens = re.findall(r"/unsubscribe/([\w-]+)", mail.text)
    assert tokens
    for token in tokens:
        scope = read_unsubscribe_token(settings.secret, token)
        assert scope.subscriber_id == NOBODY
        with open_session(engine) as session:
            unsubscribe(
                session, scope, reason=EndedReason.UNSUBSCRIBED, settings=settings, now=TODAY
            )
    assert rows(engine) == before


def test_before_the_first_sweep_there_is_nothing_to_look_at(
    sqlite_engine: Engine, settings: Settings
) -> None:
    preview = look(sqlite_engine, settings, "cells")
    assert preview.covers.startswith("Nothing was read from RePORTER yet")
    assert (preview.weeks, preview.mails, preview.hits.count) == ((), (), 0)


def test_of_too_many_mails_the_last_are_written_and_all_are_counted(
    sqlite_engine: Engine, settings: Settings
) -> None:
    live_through(sqlite_engine, fresh=8, bones=20)
    preview = look(sqlite_engine, settings, "cells", Cadence.IMMEDIATE, limits=Limits(written=10))
    assert preview.mails_in_all == 32
    assert len(preview.mails) == 16  # whole weeks
    assert preview.left_out == ("Of 32 mails, the last 16 are written out.",)
    (advice,) = preview.advice
    assert advice.words == (
        "This would have sent 32 mails in 5 weeks; a weekly digest would have sent 4."
    )


def test_of_too_much_history_the_last_weeks_are_replayed_and_the_rest_estimated(
    engine: Engine, settings: Settings
) -> None:
    live_through(engine, fresh=24, bones=40)
    settings = settings.model_copy(update={"roll_up_after": 100})  # a mail for each study
    preview = look(engine, settings, "cells", Cadence.IMMEDIATE, limits=Limits(read=60))
    assert [week.is_estimate for week in preview.weeks] == [True] * 4 + [False]
    assert counted(preview)[-1] == (24, 0, 24)
    assert len(preview.mails) == 24
    estimated = sum(week.studies for week in preview.weeks[:-1])
    assert 36 <= estimated <= 108  # of 72
    (words,) = preview.left_out
    assert "the weeks before are estimated from" in words
    none = look(engine, settings, "cells", Cadence.IMMEDIATE, limits=Limits(read=20))
    assert none.left_out[0].startswith("Too much happened to show any mails; all weeks are")
    assert none.mails == ()
    exact = look(engine, settings, "cells", Cadence.IMMEDIATE)
    assert [week.studies for week in exact.weeks] == [0, 24, 24, 24, 24]


def test_a_search_that_finds_nothing_is_shown_what_to_leave_out(
    lived: Lived,
) -> None:
    engine, settings = lived
    preview = look(engine, settings, "cells AND state:CA AND ic:NCI")
    assert preview.hits.count == 0
    dead, wider = preview.advice
    assert "nothing in 5 weeks" in dead.words
    assert wider.words == 'Without state:"CA" it finds 9 studies now.'
    assert look(engine, settings, wider.text).hits.count == 9


def test_a_search_that_finds_too_much_is_shown_what_divides_it(
    sqlite_engine: Engine, settings: Settings
) -> None:
    live_through(sqlite_engine, fresh=64, bones=70, weeks=1)
    soon = NOW + 2 * WEEK
    preview = look(sqlite_engine, settings, "cells", now=soon)
    broad, narrower = preview.advice
    assert "32 things a week" in broad.words
    assert narrower.text == "cells AND activity:R01"
    found = look(sqlite_engine, settings, narrower.text, now=soon)
    assert f"leave {found.hits.count} studies" in narrower.words


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"text": "cells AND"}, "ends too early"),
        ({"cadence": Cadence.PAUSED}, "paused sends nothing"),
        ({"weeks": 0}, "covers 1 to 104 weeks, not 0"),
        ({"weeks": 105}, "not 105"),
        ({"reader": Reader("Mars/Base")}, "no time zone 'Mars/Base'"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(
    how: dict[str, Any], words: str, sqlite_engine: Engine, settings: Settings
) -> None:
    with pytest.raises((QueryError, RejectedError), match=words):
        look(sqlite_engine, settings, how.pop("text", "cells"), **how)
