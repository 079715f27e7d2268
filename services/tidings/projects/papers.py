"""What a reading of papers asks for at once, and what its answer means (pure)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

NUMBERS = 50
"""Project numbers that one request names: the papers of most such groups fit on a page or two."""

AGAIN_AFTER = timedelta(days=6, hours=12)
"""A project is asked for once a week, by a job that comes daily and not to the minute."""


class Asked(NamedTuple):
    """A project, and the core numbers that its papers are linked to."""

    project_id: int
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class PapersVerdict:
    """What became of the papers of one project; ``news`` are those to tell of."""

    added: tuple[int, ...]
    gone: tuple[int, ...]
    news: tuple[int, ...]


def first_group(due: Iterable[Asked]) -> tuple[Asked, ...]:
    """Return as many of these projects, in their order, as one request may name; one at least."""
    group: dict[int, Asked] = {}
    left = NUMBERS
    for one in due:
        left -= 0 if one.project_id in group else len(one.numbers)
        if left < 0 and group:
            break
        group.setdefault(one.project_id, one)
    return tuple(group.values())


def by_project(
    group: Sequence[Asked], links: Mapping[str, Collection[int]]
) -> Mapping[int, frozenset[int]]:
    """Return the papers of each project of a group, from the papers of each core number."""
    return {
        one.project_id: frozenset(
            pmid for number in one.numbers for pmid in links.get(number.casefold(), ())
        )
        for one in group
    }


def judge(
    known: AbstractSet[int], said: AbstractSet[int], *, is_first: bool, is_whole: bool
) -> PapersVerdict:
    """Compare the papers of a project that are stored with those that RePORTER links now.

    The first reading is a baseline: what is there from the start is no news. An answer that is not
    whole takes nothing away.
    """
    added = tuple(sorted(said - known))
    gone = tuple(sorted(known - said)) if is_whole else ()
    return PapersVerdict(added, gone, () if is_first else added)


def field_of(sweep_id: int) -> str:
    """Return the field of a change that tells of new papers.

    A change is unique by award, version, field and kind, and papers come without a new version:
    so the field names the reading, and ``Change.field_name`` leaves that away.
    """
    return f"publications.{sweep_id}"
