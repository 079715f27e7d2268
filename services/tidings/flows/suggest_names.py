"""Suggest the other names of the conditions that a search names."""

from sqlmodel import Session

from tidings.searches.condition_additions import Added, add_names
from tidings.searches.condition_files import our_conditions
from tidings.searches.condition_names import KnownCondition, written
from tidings.searches.condition_queries import conditions_called
from tidings.searches.conditions import Suggestion, gather, keys_of, suggestions
from tidings.searches.grammar import parse


def suggest_names(session: Session, text: str) -> tuple[Suggestion, ...]:
    """Return which names could be added to a search; changes no row.

    The conditions are ours and those that were loaded. Raises QueryError for a text that does not
    parse.
    """
    parse(text)  # before anything is looked up
    return suggestions(text, _known(session, keys_of(text)))


def add_usual_names(session: Session, text: str) -> Added:
    """Return the search with the names that are chosen unless somebody chooses otherwise.

    A second time changes nothing. Raises QueryError for a text that does not parse.
    """
    found = suggest_names(session, text)
    return add_names(text, [choice for one in found for choice in one.choices()])


def look_up(session: Session, name: str) -> list[KnownCondition]:
    """Return the conditions that a name stands for, ours first; changes no row."""
    keys = keys_of(written(name))
    return [one for one in _known(session, keys) if one.keys.keys() & keys]


def _known(session: Session, keys: frozenset[str]) -> list[KnownCondition]:
    return gather(keys, our_conditions(), lambda asked: conditions_called(session, asked))
