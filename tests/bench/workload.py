"""Workload W: searches and awards of an invented world, shaped like RePORTER's, from two seeds."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import exp

from numpy.random import Generator, default_rng
from tests.bench.shapes import NO_FILTERS, Award, Batch, Filters, Search
from tests.bench.world import ACTIVITIES, INSTITUTES, SEED, STATES, Ranks, World

from tidings.searches.query import ALL_TEXT, And, Not, Or, Phrase, Prefix, Query

AWARD_SEED, SEARCH_SEED = 1, 2
AT_ONCE = 20_000
"""Searches whose chances are drawn together; belongs to the seed."""
BODY = 370
"""Words of an award's running text, before concepts are strewn into it."""


class Synthetic:
    """Makes workload W; the first searches and awards are the same whatever their number."""

    @cached_property
    def world(self) -> World:
        """What words and concepts there are."""
        return World()

    def awards(self, count: int, others: int) -> Batch:
        """Return so many awards: about 540 words each, 50 short passages among them."""
        rng = default_rng(AWARD_SEED)
        seeds = {"world": SEED, "awards": AWARD_SEED, "searches": SEARCH_SEED}
        awards = [_award(self.world, rng) for _ in range(count + others)]
        return Batch(awards[:count], awards[count:], facts={"seeds": seeds})

    def searches(self) -> Iterator[Search]:
        """Return searches without end, no two alike."""
        seen: set[int] = set()
        for search in _searches(self.world, default_rng(SEARCH_SEED)):
            key = hash((_key(search.text), search.filters))
            if key not in seen:
                seen.add(key)
                yield search


def _award(world: World, rng: Generator) -> Award:
    body = [world.words[rank] for rank in world.in_text.several(rng, BODY)]
    mine = [world.concepts[rank] for rank in world.concept_in_text.several(rng, 15)]
    strewn = [concept for concept in mine for _ in range(int(rng.integers(1, 4)))]
    cuts: list[int] = sorted(rng.integers(0, BODY, len(strewn)).tolist())
    words: list[str] = []
    last = 0
    for concept, cut in zip(strewn, cuts, strict=True):
        words += body[last:cut]
        words += concept
        last = cut
    words += body[last:]
    others = [world.concepts[rank] for rank in world.concept_in_text.several(rng, 35)]
    terms = [list(concept) for concept in mine + others]
    return Award(
        passages=[words[:12], words[12:329], words[329:], *terms],
        state=STATES[world.state.one(rng)],
        ic=INSTITUTES[world.institute.one(rng)],
        activity=ACTIVITIES[world.activity.one(rng)],
        fy=int(rng.integers(2024, 2027)),
        org=world.organization.one(rng),
        pis=tuple(sorted(set(world.investigator.several(rng, int(rng.integers(1, 4)))))),
        amount=int(exp(rng.normal(12.9, 0.8))),
    )


def _searches(world: World, rng: Generator) -> Iterator[Search]:
    atoms = [Phrase(ALL_TEXT, concept) for concept in world.concepts]
    while True:
        ranks = world.concept_in_search.several(rng, AT_ONCE * 8)
        kinds: list[float] = rng.random(AT_ONCE).tolist()
        chances: list[list[float]] = rng.random((AT_ONCE, 8)).tolist()
        roots: list[int] = rng.integers(0, len(world.roots), AT_ONCE).tolist()
        for number, (kind, chance) in enumerate(zip(kinds, chances, strict=True)):
            mine = [atoms[rank] for rank in ranks[number * 8 : number * 8 + 8]]
            common = world.words[int(chance[6] * 5_000)]
            text = _text(kind, _Draft(mine, world.roots[roots[number]], common, chance[7]))
            yield Search(text, _filters(world, rng, chance, alone=text is None))


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a search may be made of: eight concepts, a root, a common word, and a chance."""

    mine: list[Phrase]
    root: str
    common: str
    chance: float

    def nested(self) -> Query:
        """Return an AND of a concept, an OR with an AND in it, and a NOT of an OR."""
        first, second, third, fourth, fifth, *others = self.mine
        long = Phrase(ALL_TEXT, fourth.words + fifth.words[:1])
        return And((first, Or((And((second, third)), long)), Not(Or(tuple(others[:2])))))


_SHAPES: tuple[tuple[float, Callable[[_Draft], Query]], ...] = (
    (0.25, lambda one: one.mine[0]),
    (0.42, lambda one: And((one.mine[0], one.mine[1]))),
    (0.50, lambda one: And((one.mine[0], one.mine[1], one.mine[2]))),
    (0.62, lambda one: Or(tuple(one.mine[: 2 + int(one.chance * 4)]))),
    (
        0.72,
        lambda one: And(
            (Or(tuple(one.mine[:2])), Or(tuple(one.mine[2 : 4 + int(one.chance * 2)])))
        ),
    ),
    (0.82, lambda one: And((one.mine[0], Not(one.mine[1])))),
    (0.86, lambda one: Prefix(ALL_TEXT, one.root)),
    (0.90, lambda one: And((one.mine[0], Prefix(ALL_TEXT, one.root)))),
    (0.93, _Draft.nested),
    (0.95, lambda one: And((Phrase(ALL_TEXT, (one.common,)), one.mine[0]))),
)
"""Shapes of the text of a search, each up to its bound; above the last there is none."""


def _text(kind: float, draft: _Draft) -> Query | None:
    return next((shape(draft) for bound, shape in _SHAPES if kind < bound), None)


def _filters(world: World, rng: Generator, chance: list[float], *, alone: bool) -> Filters:
    """Return filters: always an organisation or an investigator where there is no text."""
    org: tuple[int, ...] = ()
    pi: tuple[int, ...] = ()
    if alone and chance[1] < 0.5:
        org = (world.organization.one(rng),)
    elif alone:
        pi = (world.investigator.one(rng),)
    if chance[0] <= (0.0 if alone else 0.55):
        return Filters(org=org, pi=pi) if alone else NO_FILTERS
    state = _some(STATES, world.state, rng, chance[2], below=0.35)
    ic = _some(INSTITUTES, world.institute, rng, chance[3], below=0.30)
    activity = _some(ACTIVITIES, world.activity, rng, chance[4], below=0.30)
    fy = (2025 if chance[5] < 0.15 else 2026, 2026) if chance[5] < 0.25 else None
    least = int(chance[6] * 5_000) * 1_000
    most = 10**9 if chance[7] < 0.5 else least + 500_000
    if chance[7] > 0.95:
        org = tuple(sorted(set(world.organization.several(rng, 2))))
    amount = (least, most) if chance[6] < 0.12 else None
    return Filters(state, ic, activity, org, pi, fy, amount)


def _some(
    names: list[str], ranks: Ranks, rng: Generator, chance: float, *, below: float
) -> tuple[str, ...]:
    if chance >= below:
        return ()
    return tuple(sorted({names[rank] for rank in ranks.several(rng, 1 + int(chance * 9))}))


def _key(query: Query | None) -> Hashable:
    """Return what tells a text from others: dataclasses of different classes may hash alike."""
    match query:
        case Phrase(_, words):
            return words
        case Prefix(_, prefix):
            return prefix
        case Not(part):
            return "!", _key(part)
        case And(parts):
            return "&", *map(_key, parts)
        case Or(parts):
            return "|", *map(_key, parts)
        case _:
            return query
