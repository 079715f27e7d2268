"""Make a list of one's own from another: one of this site, a signed file, or an OPML file."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import commit
from tidings.errors import QueryError, RejectedError
from tidings.flows.write_watchlist import (
    Entries,
    add_watchlist,
    checked_head,
    form_of,
    with_known_keys,
)
from tidings.rendering.speech import LANGUAGES, SOURCE_LANGUAGE, Sayable
from tidings.searches.grammar import parse
from tidings.watchlists import documents, outlines
from tidings.watchlists.documents import Document, Standing
from tidings.watchlists.entries import (
    APPL,
    ENTRIES,
    LONGEST_ABOUT,
    LONGEST_TITLE,
    SearchEntry,
    StudyEntry,
    check_count,
    distinct,
)
from tidings.watchlists.models import Watchlist
from tidings.watchlists.queries import published_watchlist
from tidings.watchlists.signing import Signer


@dataclass(frozen=True)
class Source:
    """Where a list is taken from; ``signature`` is None where there was none to look at."""

    title: str
    about: str
    language: str
    entries: Entries
    forked_from: str = ""
    signature: Standing | None = None
    key_id: str = ""
    passed_over: int = 0


@dataclass(frozen=True)
class Taken:
    """The new list, and what was left out because we do not know it."""

    watchlist: Watchlist
    source: Source
    left_out: tuple[str, ...] = field(default=())


def take_watchlist(session: Session, source: Source, *, subscriber_id: int, now: datetime) -> Taken:
    """Add a list of the reader's that names what the source names, as far as we know it.

    Nobody else sees it until it is published. Called twice it makes two. Raises RejectedError, in
    words, for a source with nothing that we know, and for a reader with too many lists.
    """
    title, about = checked_head(source.title, source.about, source.language)
    check_count(source.entries)
    entries, known = with_known_keys(session, source.entries)
    kept = tuple(distinct((one for one in entries if _is_known(one, known)), form_of))
    left_out = tuple(_called(one) for one in entries if not _is_known(one, known))
    if not kept:
        session.rollback()
        raise RejectedError(Sayable("There is no study or search in it that we know."))
    said = (title, about, source.language, ENTRIES.dump_python(kept, mode="json"))
    row = add_watchlist(session, subscriber_id, said, forked_from=source.forked_from, now=now)
    commit(session, "watchlist.taken")
    return Taken(row, source, left_out)


def source_here(session: Session, slug: str, *, site: str) -> Source:
    """Return a list that is published here; RejectedError, in words, for one that is not."""
    row = published_watchlist(session, slug)
    if row is None:
        raise RejectedError(Sayable("There is no such list, or it is not public any more."))
    entries = ENTRIES.validate_python(row.entries)
    address = f"{site}/lists/{row.slug}"
    return Source(row.title, row.about, row.language, entries, forked_from=address)


def source_of_file(data: bytes, *, settings: Settings, public_key: str = "") -> Source:
    """Return what a file names, a signed list or OPML; RejectedError, in words, for any other."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _source_of_outline(data)
    taken = documents.read(data, signer=Signer(settings.secret), public_key=public_key)
    return _source_of_document(taken.document, taken.standing)


def _source_of_outline(data: bytes) -> Source:
    outline = outlines.read(data)
    return Source(
        outline.title or "OPML",
        "",
        SOURCE_LANGUAGE,
        outline.entries,
        passed_over=outline.passed_over,
    )


def _source_of_document(document: Document, standing: Standing) -> Source:
    language = document.language if document.language in LANGUAGES else SOURCE_LANGUAGE
    return Source(
        document.title[:LONGEST_TITLE],
        document.about[:LONGEST_ABOUT],
        language,
        document.entries,
        forked_from=document.address,
        signature=standing,
        key_id=document.key_id,
    )


def _is_known(entry: StudyEntry | SearchEntry, known: set[str]) -> bool:
    if isinstance(entry, StudyEntry):
        return entry.key in known
    try:
        parse(entry.text)
    except QueryError:
        return False
    return True


def _called(entry: StudyEntry | SearchEntry) -> str:
    return entry.text if isinstance(entry, SearchEntry) else entry.key.removeprefix(APPL)
