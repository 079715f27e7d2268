"""What a reader follows, as the entries of a list; and which list an address of ours names."""

import re
from urllib.parse import urlsplit

from sqlmodel import Session

from tidings.errors import RejectedError
from tidings.projects.sweep_queries import projects_by_ids
from tidings.rendering.speech import Sayable
from tidings.searches.queries import live_saved_searches
from tidings.subscribers.queries import live_follows
from tidings.watchlists.entries import (
    LONGEST_NAME,
    MOST_ENTRIES,
    MOST_SEARCHES,
    SearchEntry,
    StudyEntry,
    clean,
)

_SLUG = re.compile(r"[0-9a-f]{16}")
_PATH = re.compile(rf"(?:/[a-z]{{2}})?/lists/({_SLUG.pattern})(?:/list\.(?:json|opml))?/?")


def own_entries(session: Session, subscriber_id: int) -> list[StudyEntry | SearchEntry]:
    """Return what a reader follows and searches for, as much of it as a list may hold."""
    followed = [row.project_id for row in live_follows(session, subscriber_id)]
    keys = {one.id: one.key for one in projects_by_ids(session, followed)}
    saved = live_saved_searches(session, subscriber_id)[:MOST_SEARCHES]
    searches = [SearchEntry(text=one.text, name=_name(one.name, one.text)) for one in saved]
    studies = [StudyEntry(key=keys[one]) for one in followed]
    return [*studies[: MOST_ENTRIES - len(searches)], *searches]


def list_slug(address: str, *, home: str) -> str:
    """Return which list an address names, or the slug itself.

    Raises RejectedError, in words, for another site: nothing is ever fetched from there.
    """
    text = address.strip()
    if _SLUG.fullmatch(text):
        return text
    parts, ours = urlsplit(text), urlsplit(home)
    found = _PATH.fullmatch(parts.path)
    if parts.netloc not in {"", ours.netloc}:
        raise RejectedError(
            Sayable(
                "We take lists by address from this site alone. Save the file of another one, and "
                "choose it below."
            )
        )
    if found is None:
        raise RejectedError(Sayable("This is not the address of a list."))
    return found[1]


def _name(name: str, text: str) -> str:
    return "" if name == text else clean(name).replace("|", "/")[:LONGEST_NAME]
