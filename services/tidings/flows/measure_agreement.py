"""Ask RePORTER for some saved searches, and say where it and we differ."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tidings.audits.queries import last_whole_sweep, standing_ids
from tidings.db.base import stored_id
from tidings.db.session import open_reader
from tidings.errors import RejectedError, RetryableError
from tidings.flows.ask_reporter import Asking, Source, SpentError, TooManyError
from tidings.projects.queries import canonical_of
from tidings.projects.sweep_queries import covered_ids
from tidings.reporter.criteria import Criteria
from tidings.reporter.scope import APPL_ID_BATCH
from tidings.searches.agreement import (
    Difference,
    Side,
    comparable,
    is_ruled_out,
    why_only_reporter,
    why_only_we,
    within,
)
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse_canonical
from tidings.searches.models import Search
from tidings.searches.queries import all_live_searches, awards_by_ids
from tidings.searches.query import Query
from tidings.searches.store_queries import candidate_ids
from tidings.searches.translate import Translation, translate

OnStep = Callable[[int, int], None]
Why = Callable[[Query, Document, Document | None], tuple[str, ...]]
BUDGET = 50
"""Requests of one run, a minute's worth at RePORTER's pace."""


@dataclass(frozen=True)
class Sample:
    """What a run is to look at.

    ``count`` searches chosen by ``seed``, with at most ``budget`` requests; ``shown`` differences
    of each side are looked into.
    """

    count: int
    seed: int = 1
    budget: int = BUDGET
    shown: int = 10


@dataclass(frozen=True)
class Compared:
    """One search, as both sides find it among the awards that are watched.

    ``set_aside`` are awards that RePORTER finds and a part rules out that it was not asked for,
    ``not_watched`` those that it finds and we do not watch. ``note`` says why a search was not
    compared; it has no counts then.
    """

    search_id: int
    search: str
    criteria: Mapping[str, Any]
    left_out: tuple[str, ...]
    differs: tuple[str, ...]
    both: int = 0
    only_reporter: Side = field(default_factory=Side)
    only_we: Side = field(default_factory=Side)
    set_aside: int = 0
    not_watched: int = 0
    note: str = ""


@dataclass(frozen=True)
class Agreement:
    """What a run found out. ``stopped`` says why it ended before all searches were compared."""

    searches: tuple[Compared, ...]
    sampled: int
    live: int
    watched: int
    requests: int
    stopped: str = ""


@dataclass(frozen=True)
class _Question:
    """A search, what of it can be compared, and which watched awards we find by that."""

    search_id: int
    search: str
    query: Query | None
    translation: Translation
    found: set[int]


@dataclass(frozen=True)
class _Watched:
    """What we watch: awards, and the criteria that bring them, if one set of them does."""

    ids: set[int]
    scope: Criteria


def measure_agreement(
    engine: Engine,
    client: Source,
    *,
    now: datetime,
    sample: Sample,
    on_step: OnStep = lambda _done, _of: None,
) -> Agreement:
    """Compare what RePORTER and we find for a sample of the distinct live searches.

    Only awards that the last whole sweep was to read count: nobody promised more. ``on_step`` gets
    (done, of) after each search. Changes no row. RetryableError when RePORTER answers nothing at
    all; what it fails at later is said.
    """
    watched = _watched(engine)
    live, questions = _questions(engine, watched, sample, now=now)
    asking = Asking(client, sample.budget)
    compared: list[Compared] = []
    stopped = ""
    for question in questions:
        try:
            compared.append(_compare(engine, asking, question, watched, sample.shown))
        except SpentError:
            stopped = f"the budget of {sample.budget} requests is spent"
            break
        except RetryableError as error:
            if not compared:
                raise
            stopped = str(error)
            break
        on_step(len(compared), len(questions))
    return Agreement(
        searches=tuple(compared),
        sampled=len(questions),
        live=live,
        watched=len(watched.ids),
        requests=sample.budget - asking.left,
        stopped=stopped,
    )


def _watched(engine: Engine) -> _Watched:
    with open_reader(engine) as session:
        standing = set(standing_ids(session))
        sweep = last_whole_sweep(session)
        if sweep is None:
            return _Watched(standing, Criteria())
        parts = [Criteria.model_validate(part["criteria"]) for part in sweep.scope]
        main = [one for one in parts if not (one.appl_ids or one.project_nums)]
        if len(main) != 1:
            return _Watched(covered_ids(session, parts) & standing, Criteria())
        return _Watched(covered_ids(session, main) & standing, main[0])


def _questions(
    engine: Engine, watched: _Watched, sample: Sample, *, now: datetime
) -> tuple[int, list[_Question]]:
    """Return how many searches are live, and those chosen, with what we find for them."""
    with open_reader(engine) as session:
        live = sorted(all_live_searches(session), key=lambda search: stored_id(search.id))
        chance = random.Random(sample.seed)  # noqa: S311 - a sample that can be drawn again
        chosen = chance.sample(live, min(sample.count, len(live)))
        return len(live), [_question(session, one, watched, now) for one in chosen]


def _question(session: Session, search: Search, watched: _Watched, now: datetime) -> _Question:
    translation = translate(parse_canonical(search.canonical), today=now.date())
    query = comparable(translation.clauses)
    found = set[int]() if query is None else _find(session, query, watched.ids)
    return _Question(stored_id(search.id), search.canonical, query, translation, found)


def _find(session: Session, query: Query, watched: set[int]) -> set[int]:
    found: set[int] = set()
    candidates = iter(watched & set(candidate_ids(session, query, ever=False)))
    while batch := list(islice(candidates, APPL_ID_BATCH)):
        for appl_id, award in awards_by_ids(session, batch).items():
            if holds(query, Document(canonical_of(award))):
                found.add(appl_id)
    return found


def _compare(
    engine: Engine, asking: Asking, question: _Question, watched: _Watched, shown: int
) -> Compared:
    translation = question.translation
    said = Compared(
        search_id=question.search_id,
        search=question.search,
        criteria=translation.criteria,
        left_out=translation.left_out,
        differs=translation.differs,
    )
    if question.query is None or not translation.criteria:
        return replace(said, note="nothing of it can be asked of RePORTER")
    try:
        asked = within(Criteria.model_validate(translation.criteria), watched.scope)
        finds = asking.finds(asked)
    except (RejectedError, TooManyError) as error:
        return replace(said, note=str(error))
    besides = (finds & watched.ids) - question.found
    disputed = _disputed(engine, question, besides)
    missed = sorted(question.found - finds)
    look = _Look(engine, asking, question.query, {*disputed[:shown], *missed[:shown]})
    return replace(
        said,
        both=len(finds & question.found),
        only_reporter=look.side(disputed, shown, why_only_reporter),
        only_we=look.side(missed, shown, why_only_we),
        set_aside=len(besides) - len(disputed),
        not_watched=len(finds - watched.ids),
    )


def _disputed(engine: Engine, question: _Question, appl_ids: Collection[int]) -> list[int]:
    """Return those of these awards that no part rules out that RePORTER was not asked for."""
    clauses = question.translation.clauses
    disputed: list[int] = []
    rest = iter(sorted(appl_ids))
    while batch := list(islice(rest, APPL_ID_BATCH)):
        with open_reader(engine) as session:
            for appl_id, award in awards_by_ids(session, batch).items():
                if not is_ruled_out(clauses, Document(canonical_of(award))):
                    disputed.append(appl_id)
    return sorted(disputed)


class _Look:
    """Looks into some awards: as they are stored, and as RePORTER has them today if it can say."""

    def __init__(
        self, engine: Engine, asking: Asking, query: Query, appl_ids: Collection[int]
    ) -> None:
        with open_reader(engine) as session:
            awards = awards_by_ids(session, appl_ids).items()
            self._stored = {number: Document(canonical_of(award)) for number, award in awards}
        self._query = query
        try:
            today = asking.today(sorted(appl_ids)).items()
            self._today = {number: Document(canonical) for number, canonical in today}
        except SpentError:
            self._today = self._stored

    def side(self, appl_ids: Sequence[int], shown: int, why: Why) -> Side:
        """Return how many awards one side alone finds, and why of the first."""
        differences = tuple(
            Difference(one, why(self._query, self._stored[one], self._today.get(one)))
            for one in appl_ids[:shown]
        )
        return Side(len(appl_ids), differences)
