"""An index of sets of words, asked for those that hold all, or any, of some words.

FTS5 on SQLite, a GIN index on PostgreSQL. Alembic and our tables know nothing of it; whoever makes
the table ``award_words``, whose ids name the sets, makes it as well. A set is never altered. An
answer may hold too much and never too little: a word counts by its first 64 characters, and a set
of more than 10,000 words is found by everything.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnClause,
    Connection,
    Select,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Session

NAME = "word_index"
LONGEST_WORD = 64
MOST_WORDS = 10_000
"""PostgreSQL holds about a megabyte of words in a set; real ones have some hundred words."""

ANYTHING = "_"
"""The word of a set that is found by everything."""

_LEXEMES = f"{NAME}_lexemes"
_POSTGRESQL = (
    # Said to be dear, or the planner would rather read every set than look at the index.
    f"""
    CREATE FUNCTION {_LEXEMES}(text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
    RETURN array_to_tsvector(string_to_array($1, ' '))
    """,
    f"""
    CREATE TABLE {NAME} (
        id INTEGER CONSTRAINT pk_{NAME} PRIMARY KEY
            CONSTRAINT fk_{NAME}_id REFERENCES award_words (id) ON DELETE CASCADE,
        words TEXT NOT NULL
    )
    """,
    f"CREATE INDEX ix_{NAME}_words ON {NAME} USING gin ({_LEXEMES}(words))",
)
_SQLITE = (
    # Neither the words themselves, nor where in a set they stood, are kept.
    f"""
    CREATE VIRTUAL TABLE {NAME} USING fts5(
        words, content='', detail='none', columnsize=0, tokenize="ascii tokenchars '_'"
    )
    """,
)


@dataclass(frozen=True)
class Has:
    """A set has this word: letters a to z, digits and ``_``."""

    word: str


@dataclass(frozen=True)
class Begins:
    """A set has a word that begins so."""

    prefix: str


@dataclass(frozen=True)
class AllOf:
    """All of the parts hold."""

    parts: tuple["Wanted", ...]


@dataclass(frozen=True)
class AnyOf:
    """One of the parts holds, or several."""

    parts: tuple["Wanted", ...]


Wanted = Has | Begins | AllOf | AnyOf


def is_word_index(name: str) -> bool:
    """Say whether a table is the index, or one of those that SQLite keeps it in."""
    return name == NAME or name.startswith(f"{NAME}_")


def create_word_index(_table: object, connection: Connection, **_: Any) -> None:
    """Make the index, empty; ``award_words`` is there. Fit for the event ``after_create``."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.execute(text(statement))


def drop_word_index(connection: Connection) -> None:
    """Drop the index with all that is in it."""
    connection.execute(text(f"DROP TABLE {NAME}"))
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP FUNCTION {_LEXEMES}(text)"))


def add_words(session: Session, sets: Mapping[int, Collection[str]]) -> None:
    """Add these sets of words by their ids, which are those of flushed ``award_words``."""
    if sets:
        key = "rowid" if session.get_bind().dialect.name == "sqlite" else "id"
        session.connection().execute(
            text(f"INSERT INTO {NAME} ({key}, words) VALUES (:id, :words)"),  # noqa: S608 - two names of ours
            [{"id": set_id, "words": _written(words)} for set_id, words in sets.items()],
        )


def ids_having(session: Session, wanted: Wanted) -> Select[Any]:
    """Return the question for the ids of the sets that ``wanted`` holds on."""
    either = AnyOf((wanted, Has(ANYTHING)))
    if session.get_bind().dialect.name == "sqlite":
        asked = literal_column(NAME).op("MATCH")(_asked(either, _FTS5))
        return select(_ROWID).select_from(table(NAME)).where(asked)
    lexemes = getattr(func, _LEXEMES)(column("words"))
    asked = lexemes.op("@@")(cast(literal(_asked(either, _TSQUERY)), TSQUERY))
    return select(_ID).select_from(table(NAME)).where(asked)


class _Syntax(NamedTuple):
    quote: str
    prefix: str
    all_of: str
    any_of: str


_ROWID: ColumnClause[int] = column("rowid")
_ID: ColumnClause[int] = column("id")
_FTS5 = _Syntax('"', "*", " AND ", " OR ")
_TSQUERY = _Syntax("'", ":*", " & ", " | ")


def _written(words: Collection[str]) -> str:
    short = {word[:LONGEST_WORD] for word in words}
    return " ".join(sorted(short)) if len(short) <= MOST_WORDS else ANYTHING


def _asked(wanted: Wanted, syntax: _Syntax) -> str:
    match wanted:
        case Has(word):
            return f"{syntax.quote}{word[:LONGEST_WORD]}{syntax.quote}"
        case Begins(prefix):
            return f"{syntax.quote}{prefix[:LONGEST_WORD]}{syntax.quote}{syntax.prefix}"
        case AllOf(parts):
            return f"({syntax.all_of.join(_asked(part, syntax) for part in parts)})"
        case AnyOf(parts):
            return f"({syntax.any_of.join(_asked(part, syntax) for part in parts)})"
