"""Which follows and saved searches came to a reader from a list (pure).

Studies are known by the id of their project, searches by the hash of their canonical form: a study
has one project whatever its key, and a search one hash however it is typed. The row that the list
gave is known by its id; 0 stands for one that is still to be made, None for what the reader had.
"""

from collections.abc import Collection
from dataclasses import dataclass

from pydantic import BaseModel

from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Cadence, Follow

TO_COME = 0


class Given(BaseModel):
    """The JSON of ``watchlist_follow.given``: the row for each thing that the list gave."""

    studies: dict[int, int | None] = {}
    searches: dict[str, int | None] = {}


@dataclass(frozen=True)
class Named:
    """What a list names, as the store knows it; the text and name of each search."""

    project_ids: Collection[int]
    searches: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """What a new version of a list asks for: what it names anew, and what it has dropped."""

    new_studies: tuple[int, ...]
    new_searches: tuple[str, ...]
    gone_studies: tuple[int, ...]
    gone_searches: tuple[str, ...]


def step(given: Given, named: Named) -> Step:
    """Return what leads from what a list has given to what it names now."""
    return Step(
        tuple(one for one in named.project_ids if one not in given.studies),
        tuple(one for one in named.searches if given.searches.get(one, TO_COME) == TO_COME),
        tuple(one for one in given.studies if one not in named.project_ids),
        tuple(one for one in given.searches if one not in named.searches),
    )


def is_untouched(row: Follow | SavedSearch, given_id: int, cadence: Cadence) -> bool:
    """Say whether a row is the one that a list gave, and asks for what it asked for then.

    Whoever has changed it has made it theirs, and so has whoever wrote a note to themselves.
    """
    plain = row.cadence is cadence and not row.cadence_by_kind and not row.threshold
    has_own = bool(row.note) if isinstance(row, Follow) else row.feed_hash is not None
    return row.id == given_id and plain and row.muted_until is None and not has_own
