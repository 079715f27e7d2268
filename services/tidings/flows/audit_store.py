"""Search the whole store again, and look whether each find has its match."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from time import monotonic

from sqlalchemy import Engine
from sqlmodel import Session

from tidings.audits import match_queries as queries
from tidings.audits.ledger import Ledger
from tidings.audits.match_queries import Progress
from tidings.audits.promises import Subscription
from tidings.db.base import stored_id
from tidings.db.session import open_reader
from tidings.projects.models import Award
from tidings.projects.queries import canonical_of
from tidings.searches.catalogue import query_of
from tidings.searches.document import Document
from tidings.searches.engine import Engine as Matcher
from tidings.searches.engine import features_of, kernel_for
from tidings.searches.queries import all_live_searches
from tidings.searches.query import is_about_changes

OnStep = Callable[[int, int], None]
STEP, BATCH = 100, 500
NEVER_CHANGED = datetime.max.replace(tzinfo=UTC)
Pair = tuple[int, int]
"""A search and a project, by their ids."""


@dataclass(frozen=True)
class Extent:
    """How much of the store to search: all of it, unless awards or seconds are limited.

    A part begins at a place chosen at random, so that in time every part comes to its turn.
    """

    awards: int | None = None
    seconds: float | None = None
    chance: random.Random = field(default_factory=random.SystemRandom)

    @property
    def is_whole(self) -> bool:
        """Nothing is left out."""
        return self.awards is None and self.seconds is None


@dataclass
class Finds:
    """What searches find now: how many (search, project), and for those without a match by whom."""

    pairs: int = 0
    searched: int = 0
    stored: int = 0
    unmatched: dict[Pair, set[int]] = field(default_factory=dict[Pair, set[int]])

    @property
    def words(self) -> str:
        """How much of the store was searched."""
        of = "" if self.searched == self.stored else f" of {self.stored:,}"
        return f"{self.searched:,}{of} stored {'award' if self.stored == 1 else 'awards'} searched"


def audit_store(engine: Engine, ledger: Ledger, extent: Extent, on_step: OnStep) -> str:
    """Enter each find into the ledger; return in words how much of the store was searched.

    What has no match is looked up again in a session of its own, after the store was read: what
    was matched meanwhile is no finding.
    """
    with open_reader(engine) as session:
        finds = _search(session, extent, on_step)
    for _ in range(finds.pairs - len(finds.unmatched)):
        ledger.well()
    pairs = iter(sorted(finds.unmatched))
    while batch := list(islice(pairs, BATCH)):
        with open_reader(engine) as session:
            _explain(session, {pair: finds.unmatched[pair] for pair in batch}, ledger)
    return finds.words


def _search(session: Session, extent: Extent, on_step: OnStep) -> Finds:
    live = {stored_id(one.id): query_of(one) for one in all_live_searches(session)}
    asked = {key: query for key, query in live.items() if not is_about_changes(query)}
    matcher = Matcher(kernel_for(len(asked)))
    for search_id, query in asked.items():
        matcher.add(search_id, query)
    matched = queries.matched_projects(session, asked)
    finds = Finds(stored=queries.award_count(session))
    found: set[tuple[int, int]] = set()
    awards = _awards(session, finds, extent, on_step)
    while batch := list(islice(awards, STEP)):
        features = [features_of(Document(canonical_of(award))) for award in batch]
        for search_id, position in matcher.pairs(features):
            award = batch[position]
            found.add((search_id, award.project_id))
            if award.project_id not in matched.get(search_id, ()):
                finds.unmatched.setdefault((search_id, award.project_id), set()).add(award.appl_id)
    finds.pairs = len(found)
    return finds


def _awards(session: Session, finds: Finds, extent: Extent, on_step: OnStep) -> Iterator[Award]:
    """Return the awards to search, and count them."""
    wanted = finds.stored if extent.awards is None else min(extent.awards, finds.stored)
    begins_at = 0 if extent.is_whole else extent.chance.randrange(max(1, finds.stored))
    deadline = None if extent.seconds is None else monotonic() + extent.seconds
    first = queries.nth_award(session, begins_at)
    with closing(queries.awards_from(session, first)) as awards:
        for award in islice(awards, wanted):
            yield award
            finds.searched += 1
            if finds.searched % STEP == 0 or finds.searched == wanted:
                on_step(finds.searched, wanted)
                if deadline is not None and monotonic() >= deadline:
                    return


def _explain(session: Session, unmatched: Mapping[Pair, set[int]], ledger: Ledger) -> None:
    search_ids = {search_id for search_id, _ in unmatched}
    known = queries.matched_projects(session, search_ids)
    savers = queries.savers(session, search_ids)
    progress = queries.progress(session, {one for ids in unmatched.values() for one in ids})
    keys = queries.keys_of(session, {project_id for _, project_id in unmatched})
    for (search_id, project_id), appl_ids in unmatched.items():
        how_far = [progress[one] for one in appl_ids if one in progress]
        if project_id in known.get(search_id, ()):
            ledger.well()
        elif why := _why(how_far, savers.get(search_id, ())):
            ledger.explained(why)
        else:
            ledger.missing(
                {
                    "search_id": search_id,
                    "project": keys[project_id],
                    "missing": "the search finds it and has no match of it",
                }
            )


def _why(how_far: Sequence[Progress], savers: Sequence[Subscription]) -> str:
    """Return what explains that a find has no match, if anything does.

    Its changes wait; or nobody was to be told of the search when they were matched. What never
    changed was there when the search was saved, which muting it later does not explain.
    """
    if waits := next((one.waits for one in how_far if one.waits), ""):
        return waits
    moments = [one.last_at for one in how_far if one.last_at is not None]
    silences = [saver.silence(max(moments, default=NEVER_CHANGED)) for saver in savers]
    return next(iter(silences), "ended meanwhile") if all(silences) else ""
