"""The public ledger: whoever reads it gets each change once, in one order, whatever goes on."""

import json
import random
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from builders import make_project, make_sweep
from conftest import NOW
from site_of_tests import KEY, LATER, Visitor
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sweeps import run_sweep

from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.release_sweep import release_sweep
from tidings.projects import sweep_queries
from tidings.projects.models import Award, Change, Sweep, SweepState

Line = dict[str, Any]


def lines(text: str) -> list[Line]:
    return [json.loads(line) for line in text.splitlines()]


class Follower:
    """Reads the ledger to its end again and again, and keeps where it was."""

    def __init__(self, site: Visitor) -> None:
        self._site, self._chance = site, random.Random(7)  # noqa: S311 - no secret
        self.at = ""
        self.seen: list[Line] = []

    def catch_up(self) -> None:
        """Read all there is, in pages of any length; sometimes lose the end of an answer."""
        while True:
            limit = self._chance.randint(1, 7)
            answer = self._site.get(f"/ledger.ndjson?after={self.at}&limit={limit}")
            found = lines(answer.text)
            if not found:
                return
            kept = found[: self._chance.randint(1, len(found))]
            self.seen += kept
            self.at = kept[-1]["cursor"]


@pytest.fixture
def store(session: Session) -> Session:
    """Give a store with one study, whose award has as many changes as a test makes."""
    project = make_project(session, KEY)
    session.add(
        Award(
            appl_id=1,
            project_id=stored_id(project.id),
            project_num="1R01CA000001-01",
            content_hash="",
            body=b"",
            first_seen_at=NOW,
            changed_at=NOW,
        )
    )
    session.commit()
    return session


def add_change(session: Session, sweep: Sweep, version: int, **values: Any) -> None:
    plain: dict[str, Any] = {
        "project_id": 1,
        "appl_id": 1,
        "version": version,
        "sweep_id": stored_id(sweep.id),
        "kind": "amount_changed",
        "severity": "info",
        "field": "award_amount",
        "before": version,
        "after": version + 1,
        "seen_at": NOW,
    }
    session.add(Change(**plain | values))
    session.commit()


def end(session: Session, sweep: Sweep) -> None:
    sweep_queries.end_sweep(session, sweep, SweepState.COMPLETE, now=NOW)
    session.commit()


@pytest.mark.usefixtures("filled")
def test_a_line_says_what_happened_to_what_and_where_it_stands(site: Visitor) -> None:
    answer = site.get("/ledger.ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson; charset=utf-8"
    (line,) = lines(answer.text)
    assert line == {
        "cursor": "2-1",
        "id": 1,
        "project": KEY,
        "appl_id": 1,
        "version": 2,
        "kind": "end_cut",
        "severity": "critical",
        "field": "project_end_date",
        "before": "2029-12-31",
        "after": "2026-11-20",
        "dated": "2026-11-20",
        "seen_at": LATER.isoformat(),
        "sweep": 2,
        "reverses": None,
    }
    assert answer.headers["link"].endswith('/ledger.ndjson?after=2-1&limit=1000>; rel="next"')
    assert site.get("/ledger.ndjson?after=2-1").text == ""


def test_a_reader_gets_each_change_once_and_in_order_while_sweeps_go_on(
    site: Visitor, engine: Engine
) -> None:
    source = ListedSource([record(number) for number in range(1, 9)])
    run_sweep(engine, source, now=NOW)
    reader, chance = Follower(site), random.Random(3)  # noqa: S311 - no secret
    for week in range(1, 7):
        for one in source.records:
            if chance.random() < 0.6:
                one["award_amount"] += 100_000
            if chance.random() < 0.3:
                one["project_end_date"] = f"{2028 + week}-0{week}-01"
        source.before_page = reader.catch_up  # while the sweep reads
        run_sweep(engine, source, now=NOW + timedelta(weeks=week))
        reader.catch_up()
    with open_session(engine) as session:
        told = [stored_id(one.id) for one in session.exec(select(Change)) if one.kind != "cosmetic"]
    assert sorted(line["id"] for line in reader.seen) == sorted(told)
    assert len(told) > 20
    assert reader.seen == lines(site.get("/ledger.ndjson?limit=10000").text)


def test_a_sweep_that_ends_late_is_added_behind_what_was_read(
    site: Visitor, store: Session
) -> None:
    slow, quick = (make_sweep(store, state=SweepState.RUNNING) for _ in range(2))
    add_change(store, slow, 1)
    add_change(store, quick, 2)
    end(store, quick)
    reader = Follower(site)
    reader.catch_up()
    assert [line["version"] for line in reader.seen] == [2]
    end(store, slow)
    reader.catch_up()
    assert [line["version"] for line in reader.seen] == [2, 1]


def test_what_is_held_comes_once_it_is_released_and_no_sooner(
    site: Visitor, store: Session
) -> None:
    sweep = make_sweep(store, state=SweepState.RUNNING)
    add_change(store, sweep, 1)
    add_change(store, sweep, 2, held_at=NOW)
    end(store, sweep)
    reader = Follower(site)
    reader.catch_up()
    assert [line["version"] for line in reader.seen] == [1]
    release_sweep(store, stored_id(sweep.id), actor="test", now=NOW)
    reader.catch_up()
    assert [line["version"] for line in reader.seen] == [1, 2]


def test_sweeps_that_end_at_the_same_time_get_numbers_in_the_order_of_their_commits(
    engine: Engine,
) -> None:
    with open_session(engine) as session:
        ids = [stored_id(make_sweep(session, state=SweepState.RUNNING).id) for _ in range(6)]

    def finish(sweep_id: int) -> None:
        with open_session(engine) as session:
            sweep = sweep_queries.sweep_locked(session, sweep_id)
            end(session, sweep)

    threads = [Thread(target=finish, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with open_session(engine) as session:
        numbers = [
            one.ledger_no for one in session.exec(select(Sweep).order_by(col(Sweep.ledger_no)))
        ]
    assert numbers == [1, 2, 3, 4, 5, 6]


@pytest.fixture
def cosmetic(store: Session) -> None:
    sweep = make_sweep(store, state=SweepState.RUNNING)
    add_change(store, sweep, 1, kind="cosmetic", severity="quiet")
    add_change(store, sweep, 2)
    end(store, sweep)


@pytest.mark.usefixtures("cosmetic")
def test_cosmetic_changes_come_when_they_are_asked_for(site: Visitor) -> None:
    assert [line["version"] for line in lines(site.get("/ledger.ndjson").text)] == [2]
    answer = site.get("/ledger.ndjson?cosmetic=1")
    assert [line["version"] for line in lines(answer.text)] == [1, 2]
    assert "cosmetic=1" in answer.headers["link"]


@pytest.mark.usefixtures("cosmetic")
def test_an_answer_is_packed_for_who_takes_it_and_each_form_has_a_tag(site: Visitor) -> None:
    packed, plain = (
        site.get("/ledger.ndjson", headers={"Accept-Encoding": one}) for one in ("gzip", "identity")
    )
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "content-encoding" not in plain.headers
    again = site.get(
        "/ledger.ndjson",
        headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    head = site.head("/ledger.ndjson", headers={"Accept-Encoding": "identity"})
    assert (head.content, head.headers["link"]) == (b"", plain.headers["link"])


@pytest.mark.parametrize(
    "asked", ["after=x", "after=1-", "after=-1", "after=1-2-3", "limit=0", "limit=10001"]
)
def test_what_makes_no_sense_is_refused(site: Visitor, asked: str) -> None:
    assert site.get(f"/ledger.ndjson?{asked}").status_code == 400


@pytest.mark.usefixtures("store")
def test_a_cursor_beyond_the_end_waits_there(site: Visitor) -> None:
    answer = site.get("/ledger.ndjson?after=999999999-999999999")
    assert (answer.status_code, answer.text) == (200, "")
    assert "after=999999999-999999999" in answer.headers["link"]


@pytest.mark.parametrize(
    ("path", "words"), [("/ledger", "exactly once"), ("/es/ledger", "exactamente una vez")]
)
def test_a_page_says_how_to_read_it(site: Visitor, path: str, words: str) -> None:
    page = site.get(path).text
    assert words in page
    assert "/ledger.ndjson?limit=100" in page
