"""Where RePORTER and we differ about one search, award by award, and what may be why (pure).

RePORTER is asked for a little more than a search says, since it cannot be asked for all: see
searches.translate. So what it finds besides is no difference if a part of the search that it was
not asked for rules the award out. What we find and it does not is always one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tidings.reporter.criteria import Criteria
from tidings.searches.document import Document
from tidings.searches.evaluate import ClauseHit, evaluate, holds
from tidings.searches.explain import failures
from tidings.searches.query import And, Query, Word, is_about_changes, leaves
from tidings.searches.text import words_of
from tidings.searches.translate import Clause


@dataclass(frozen=True)
class Difference:
    """An award that one side finds, and sentences on why the other may not."""

    appl_id: int
    why: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """How many awards one side alone finds, and the first of them."""

    count: int = 0
    shown: tuple[Difference, ...] = ()


def comparable(clauses: Sequence[Clause]) -> Query | None:
    """Return what can be compared of a search: all that is no matter of what changed."""
    parts = [clause.part for clause in clauses if not is_about_changes(clause.part)]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def is_ruled_out(clauses: Sequence[Clause], document: Document) -> bool:
    """Say whether a part that RePORTER was not asked for keeps a search from finding a document."""
    return any(
        not holds(clause.part, document) and (clause.asked is None or holds(clause.asked, document))
        for clause in clauses
        if not is_about_changes(clause.part)
    )


def within(asked: Criteria, scope: Criteria) -> Criteria:
    """Return criteria narrowed to what is watched, so that RePORTER does not list all the rest.

    Where both name years the search's own stay: ``scope`` may add active records of other years.
    """
    update = {
        name: getattr(scope, name)
        for name in ("agencies", "org_states")
        if not getattr(asked, name)
    }
    if not asked.fiscal_years:
        update["fiscal_years"] = scope.fiscal_years
        update["include_active_projects"] = scope.include_active_projects
    update["exclude_subprojects"] = asked.exclude_subprojects or scope.exclude_subprojects
    return asked.model_copy(update=update)


def why_only_reporter(query: Query, stored: Document, current: Document | None) -> tuple[str, ...]:
    """Say what may be why RePORTER finds an award and we do not, from its record of today."""
    if current is not None and holds(query, current):
        return ("RePORTER's record of today fits: it changed since we read it.",)
    return tuple(f"{one.means}: {one.because}" for one in failures(query, stored))


def why_only_we(query: Query, stored: Document, current: Document | None) -> tuple[str, ...]:
    """Say what may be why we find an award and RePORTER does not, from its record of today."""
    if current is None:
        return ("RePORTER does not have it any more.",)
    if not holds(query, current):
        return ("RePORTER's record of today does not fit: it changed since we read it.",)
    forms = {leaf.word for leaf in leaves(query) if isinstance(leaf, Word)}
    hits = evaluate(query, stored) or ()
    sentences = [_by(hit, forms) for hit in hits]
    return tuple(one for one in sentences if one) or ("RePORTER's own rules decide otherwise.",)


def _by(hit: ClauseHit, forms: set[str]) -> str:
    """Return what of a hit RePORTER may not see: a field it does not search, another inflection."""
    if hit.field == "terms":
        return f"{hit.clause} stands in the thesaurus's terms, which RePORTER does not search."
    there = [hit.excerpt[start:end] for start, end in hit.spans[:1]]
    found = words_of(there[0]) if there else []
    if len(found) == 1 and found[0] not in forms and hit.clause.rpartition(":")[2] in forms:
        return f"{hit.clause} stands there as “{there[0]}”."
    return ""
