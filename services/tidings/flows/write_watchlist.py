"""Make a list of studies and searches, or change one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import QueryError, RejectedError
from tidings.rendering.speech import LANGUAGES, Sayable
from tidings.searches.canonical import canonical_form
from tidings.searches.grammar import parse
from tidings.subscribers.queries import subscriber_locked
from tidings.watchlists.entries import (
    APPL,
    ENTRIES,
    LONGEST_ABOUT,
    LONGEST_TITLE,
    SearchEntry,
    StudyEntry,
    clean,
    clean_lines,
    distinct,
    line_problem,
    read_lines,
)
from tidings.watchlists.models import Watchlist
from tidings.watchlists.queries import keys_of_records, projects_at, watchlist_of, watchlists_of

MOST_LISTS = 20

Entries = Sequence[StudyEntry | SearchEntry]


@dataclass(frozen=True)
class Draft:
    """A list as a form says it; ``lines`` is what watchlists.entries reads."""

    title: str
    about: str
    language: str
    lines: str


def write_watchlist(
    session: Session,
    draft: Draft,
    *,
    subscriber_id: int,
    watchlist_id: int | None = None,
    now: datetime,
) -> Watchlist:
    """Return the reader's list as the draft says it: a new one, or the one of this number.

    A list that is public is published anew at once: its version grows, and its followers are behind
    until flows.apply_watchlist was there. Called twice with a number it changes nothing more.
    Raises RejectedError, in words, for what makes no list, and for a list that is not theirs.
    """
    title, about = checked_head(draft.title, draft.about, draft.language)
    entries = tuple(distinct(_known(session, draft.lines), form_of))
    said = (title, about, draft.language, ENTRIES.dump_python(entries, mode="json"))
    if watchlist_id is None:
        row = add_watchlist(session, subscriber_id, said, now=now)
    else:
        row = own_watchlist(session, watchlist_id, subscriber_id)
        _change(row, said, now=now)
    commit(session, "watchlist.written")
    return row


Said = tuple[str, str, str, list[dict[str, str]]]
"""Title, what it is about, language, and entries as they are stored."""


def checked_head(title: str, about: str, language: str) -> tuple[str, str]:
    """Return title and description, clean; RejectedError, in words, for what is too long."""
    title, about = clean(title), clean_lines(about)
    if not 0 < len(title) <= LONGEST_TITLE:
        raise RejectedError(
            Sayable("A list has a title of at most {n} characters.", n=LONGEST_TITLE)
        )
    if len(about) > LONGEST_ABOUT:
        raise RejectedError(
            Sayable("What a list is about has at most {n} characters.", n=LONGEST_ABOUT)
        )
    if language not in LANGUAGES:
        raise RejectedError(Sayable("Choose one of the languages."))
    return title, about


def add_watchlist(
    session: Session, subscriber_id: int, said: Said, *, forked_from: str = "", now: datetime
) -> Watchlist:
    """Insert a list that nobody else can see yet; the caller commits.

    Raises RejectedError, in words, for a reader who has as many as there may be.
    """
    subscriber_locked(session, subscriber_id)
    if len(watchlists_of(session, subscriber_id)) >= MOST_LISTS:
        session.rollback()
        raise RejectedError(Sayable("You have {n} lists already: delete one first.", n=MOST_LISTS))
    title, about, language, entries = said
    row = Watchlist(
        slug=token_hex(8),
        subscriber_id=subscriber_id,
        title=title,
        about=about,
        language=language,
        entries=entries,
        forked_from=forked_from,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    return row


def own_watchlist(session: Session, watchlist_id: int, subscriber_id: int) -> Watchlist:
    """Return the list, locked; RejectedError, in words, when it is not this reader's."""
    row = watchlist_of(session, watchlist_id, subscriber_id)
    if row is None:
        session.rollback()
        raise RejectedError(Sayable("You have no such list."))
    return row


def form_of(entry: SearchEntry) -> str:
    """Return the text by which a search is told from others; its own where it does not parse."""
    try:
        return canonical_form(parse(entry.text))
    except QueryError:
        return entry.text


def with_known_keys(session: Session, entries: Entries) -> tuple[Entries, set[str]]:
    """Return entries with the keys of studies that were named by a record, and all known keys."""
    studies = [one.key for one in entries if isinstance(one, StudyEntry)]
    records = [int(key.removeprefix(APPL)) for key in studies if _names_record(key)]
    found = keys_of_records(session, records)
    named = {f"{APPL}{appl_id}": key for appl_id, key in found.items()}
    keyed = [
        one.model_copy(update={"key": named.get(one.key, one.key)})
        if isinstance(one, StudyEntry)
        else one
        for one in entries
    ]
    keys = {one.key for one in keyed if isinstance(one, StudyEntry)}
    return keyed, set(projects_at(session, keys))


def _names_record(key: str) -> bool:
    number = key.removeprefix(APPL)
    return number != key and number.isdecimal() and len(number) <= len("999999999")


def _known(session: Session, lines: str) -> Entries:
    """Return what the lines name; RejectedError, with the line, for a study that we do not know."""
    read = read_lines(lines)
    entries, known = with_known_keys(session, [entry for _, entry in read])
    for (number, _), entry in zip(read, entries, strict=True):
        if isinstance(entry, StudyEntry) and entry.key not in known:
            session.rollback()
            key = entry.key.removeprefix(APPL)
            raise line_problem(number, Sayable("We know no study {key}.", key=key))
    return entries


def _change(row: Watchlist, said: Said, *, now: datetime) -> None:
    if (row.title, row.about, row.language, row.entries) == said:
        return
    row.title, row.about, row.language, row.entries = said
    row.version, row.updated_at = row.version + 1, now
    if row.published_at is not None:
        row.published_at = now
