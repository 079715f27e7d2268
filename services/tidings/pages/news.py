"""What feeds say of changes and finds, in words (pure)."""

from collections.abc import Sequence
from datetime import datetime

from tidings.pages.feeds import Entry
from tidings.pages.showing import official_title
from tidings.projects.models import Change, Project
from tidings.projects.wording import ChangeLine, change_line, headline, worst_first
from tidings.rendering.speech import Speech


def change_entry(change: Change, *, name: str, url: str, speech: Speech) -> Entry:
    """Return the entry of one change; ``name`` is its tag."""
    line = change_line(change, speech)
    return Entry(
        id=name,
        title=_said(line, speech),
        url=url,
        updated=change.seen_at,
        paragraphs=_paragraphs(line, speech),
    )


def find_entry(
    project: Project,
    changes: Sequence[Change],
    excerpts: Sequence[str],
    *,
    entry: tuple[str, str, datetime],
    speech: Speech,
) -> Entry:
    """Return the entry of a study that a search found; ``entry`` is its tag, address and time.

    ``excerpts`` are the passages that the search held on.
    """
    name, url, found_at = entry
    lines = [change_line(change, speech) for change in worst_first(changes)]
    said = [f"{line.mark} {_said(line, speech)}" for line in lines]
    where = ", ".join(part for part in (project.organization, project.institute) if part)
    quotes = [speech.say("Found by: “{excerpt}”", excerpt=excerpt) for excerpt in excerpts]
    title = official_title(project.title)
    return Entry(
        id=name,
        title=f"{title}: {headline(changes, speech)}" if changes else title,
        url=url,
        updated=found_at,
        paragraphs=tuple(part for part in (where, *said, *quotes) if part),
    )


def _said(line: ChangeLine, speech: Speech) -> str:
    if line.was:
        return speech.say("{label}: was {was}, now {now}", **_parts(line))
    return f"{line.label}: {line.now}" if line.now else line.label


def _parts(line: ChangeLine) -> dict[str, str]:
    return {"label": line.label, "was": line.was, "now": line.now}


def _paragraphs(line: ChangeLine, speech: Speech) -> tuple[str, ...]:
    seen = speech.say("Seen on {day}.", day=speech.day(line.seen))
    if line.dated:
        days = {"dated": speech.day(line.dated), "seen": speech.day(line.seen)}
        seen = speech.say("Dated {dated}, seen on {seen}.", **days)
    return tuple(part for part in (_said(line, speech), line.explanation, seen) if part)
