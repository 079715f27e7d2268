"""How many records does a reading miss while records come and go? Over HTTP, seed by seed.

``python -m tests.chaos.paging --seeds 1000`` reads a churning sandbox once a seed and kind of
churn: with the real client, itinerary and paging, and with the offsets that everybody writes first.
A record is *steady* if it was there from the first request to the last; a steady one that was not
seen is missed, and the command then ends with an error.
"""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from tidings.flows.read_page import read_page
from tidings.projects import itinerary
from tidings.projects.itinerary import Close, Count, Piece, Read
from tidings.reporter.client import ProjectPage, ReporterClient
from tidings.reporter.criteria import Criteria
from tidings.reporter.pacing import NoPacer
from tidings.reporter.paging import PAGE, PageSeen, Verdict, expected_rows
from tidings.reporter.scope import Part
from tidings.sandbox.faults import Mode
from tidings.sandbox.running import Options, Sandbox, running_sandbox

CORPUS = 800
"""Invented projects: about 2,600 records, six pages of them."""

WEEK = 2
CHURNS = {
    "churn": (0.5, 0.3),  # how often a record comes and how often one goes between two requests
    "churn under a still total": (1.0, 1.0),  # one comes and one goes: the total tells nothing
}
TODAY = date(2025, 10, 20)


class Numbers(ReporterClient):
    """A client that asks for nothing but the numbers of records, since only they count here."""

    def search_projects(
        self,
        criteria: Criteria,
        *,
        offset: int = 0,
        limit: int = PAGE,
        include_fields: Iterable[str] = ("ApplId",),
    ) -> ProjectPage:
        """Return one page, of numbers only."""
        return super().search_projects(
            criteria, offset=offset, limit=limit, include_fields=include_fields
        )


@dataclass
class Crawl:
    """What one reading saw; ``is_sure`` if it ended as a complete sweep would."""

    seen: set[int] = field(default_factory=set[int])
    is_sure: bool = False
    requests: int = 0


@dataclass
class Totals:
    """What came of all readings of one kind."""

    steady: int = 0
    missed: int = 0
    bad: int = 0
    sure: int = 0
    wrong: int = 0
    requests: int = 0

    def add(self, crawl: Crawl, steady: set[int]) -> None:
        missed = len(steady - crawl.seen)
        self.steady += len(steady)
        self.missed += missed
        self.bad += missed > 0
        self.sure += crawl.is_sure
        self.wrong += crawl.is_sure and missed > 0
        self.requests += crawl.requests


def careful(client: Numbers) -> Crawl:
    """Read everything as flows.advance_sweep does, with the rows kept in memory."""
    crawl = Crawl()
    pieces = itinerary.first_pieces((Part("all", Criteria()),))
    pages: dict[str, list[PageSeen]] = {}
    held = False
    while (step := itinerary.next_step(pieces, pages)) is not None:
        piece = pieces[step.index]
        crawl.requests += not isinstance(step, Close)
        if isinstance(step, Read):
            page, verdict = read_page(client, piece.criteria, step.request)
            ids = numbers(page) if verdict is Verdict.OK else []
            held |= verdict is not Verdict.OK
            pages.setdefault(piece.partition, []).append(seen_of(page, ids))
            crawl.seen.update(ids)
            continue
        total = step.total if isinstance(step, Close) else client.count_projects(piece.criteria)
        pieces = after(step, pieces, total, pages)
    crawl.is_sure = not held and not any(piece.moved for piece in pieces)
    return crawl


def after(
    step: Count | Close, pieces: tuple[Piece, ...], total: int, pages: dict[str, list[PageSeen]]
) -> tuple[Piece, ...]:
    if isinstance(step, Count) and not step.again:
        return itinerary.counted(pieces, step.index, total, today=TODAY)
    return itinerary.closed(pieces, step.index, total, pages[pieces[step.index].partition])


def seen_of(page: ProjectPage, ids: list[int]) -> PageSeen:
    """Return what a page said, as ``sweep_queries.pages_seen`` reads it back."""
    expected = expected_rows(page.total, page.offset, PAGE)
    edges = (ids[0], ids[-1]) if ids and len(set(ids)) == expected else (None, None)
    return PageSeen(page.offset, PAGE, page.total, expected, *edges)


def naive(client: Numbers) -> Crawl:
    """Read page after page until the offset reaches the total."""
    crawl, offset, total = Crawl(is_sure=True), 0, 1
    while offset < total:
        page = client.search_projects(Criteria(), offset=offset)
        crawl.seen.update(numbers(page))
        crawl.requests += 1
        offset, total = offset + PAGE, page.total
    return crawl


def numbers(page: ProjectPage) -> list[int]:
    return sorted(row.fields["appl_id"] for row in page.rows if row.fields is not None)


def compare(
    sandbox: Sandbox, seeds: Iterable[int], *, comes: float, goes: float
) -> tuple[Totals, Totals]:
    """Read once a seed in both ways; return what the careful and the naive reading came to."""
    sandbox.hold_week(WEEK)
    sandbox.recover()
    ours, theirs = Totals(), Totals()
    with Numbers(sandbox.url, pacer=NoPacer()) as client:
        start = careful(client).seen
        for seed in seeds:
            for crawl, totals in ((careful, ours), (naive, theirs)):
                sandbox.fail(Mode.CHURN, seed=seed, comes=comes, goes=goes)
                done = crawl(client)
                _, gone = sandbox.churned()
                totals.add(done, start - gone)
    return ours, theirs


def line(name: str, totals: Totals, seeds: int) -> str:
    return (
        f"{name}: {totals.missed:,} of {totals.steady:,} steady records missed, in {totals.bad} of "
        f"{seeds} seeds; {totals.sure} readings sure of themselves, {totals.wrong} of them wrong; "
        f"{totals.requests / seeds:.1f} requests each"
    )


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    asked = parser.parse_args()
    missed = wrong = 0
    with running_sandbox(Options(corpus=CORPUS)) as sandbox:
        for name, (comes, goes) in CHURNS.items():
            seeds = range(asked.first, asked.first + asked.seeds)
            ours, theirs = compare(sandbox, seeds, comes=comes, goes=goes)
            say(line(f"{name}, naive offsets", theirs, asked.seeds))
            say(line(f"{name}, tidings", ours, asked.seeds))
            missed, wrong = missed + ours.missed, wrong + ours.wrong
    say(f"{asked.seeds} seeds of {len(CHURNS)} kinds: {missed} missed, {wrong} wrongly sure")
    sys.exit(1 if missed or wrong else 0)


if __name__ == "__main__":
    main()
