"""What a call says of a notice: an event for machines, a few lines for people (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from tidings.delivery.webhooks import (
    ChangeSaid,
    ReasonSaid,
    Study,
    StudyEvent,
    StudyNews,
    SweepSaid,
)
from tidings.notices.links import Links
from tidings.notices.models import Notice
from tidings.notices.reasons import FollowReason, Reason, SearchReason
from tidings.projects.models import Change, ChangeKind
from tidings.projects.wording import ChangeLine, change_line, worst_first
from tidings.rendering.speech import Speech
from tidings.searches.models import SavedSearch

ABOUT_CHANGES = ("change:", "severity:")
"""What clauses of a search begin with that asks for changes and not for studies."""

MOST_LINES = 8
TAME = str.maketrans("<>@*_`", "()·   ")
"""Signs by which a chat would take a record's words for orders: to call everyone, say."""


@dataclass(frozen=True)
class Matter:
    """One notice with all that is said of it; ``title`` is the study's, as it was then."""

    notice: Notice
    key: str
    title: str
    reasons: Sequence[Reason]
    changes: Sequence[Change]
    saved: Sequence[SavedSearch]

    @property
    def is_change(self) -> bool:
        """Whether something happened to a study that the reader knows of; else one was found."""
        asks = any(
            clause.clause.startswith(ABOUT_CHANGES)
            for reason in self.reasons
            if isinstance(reason, SearchReason)
            for clause in reason.clauses
        )
        is_followed = any(isinstance(reason, FollowReason) for reason in self.reasons)
        is_undone = any(change.kind is ChangeKind.REVERSED for change in self.changes)
        return is_followed or asks or is_undone

    def lines(self, speech: Speech) -> list[tuple[Change, ChangeLine]]:
        """Return each change with its line, worst first."""
        return [(change, change_line(change, speech)) for change in worst_first(self.changes)]


def event_of(matter: Matter, links: Links, speech: Speech) -> StudyEvent:
    """Return the event of a notice: made of rows that do not change, so the same each time."""
    return StudyEvent(
        type="study.changed" if matter.is_change else "study.found",
        timestamp=matter.notice.created_at,
        data=StudyNews(
            study=Study(key=matter.key, title=matter.title, url=links.study(matter.key)),
            severity=matter.notice.severity.value,
            changes=tuple(_change(change, line, speech) for change, line in matter.lines(speech)),
            reasons=tuple(_reasons(matter)),
            sweep=SweepSaid(
                id=matter.notice.sweep_id, receipt_url=links.sweep(matter.notice.sweep_id)
            ),
        ),
    )


def _change(change: Change, line: ChangeLine, speech: Speech) -> ChangeSaid:
    return ChangeSaid(
        id=change.id or 0,
        kind=change.kind.value,
        severity=change.severity.value,
        field=change.field_name,
        before=change.before,
        after=change.after,
        award=change.appl_id,
        version=change.version,
        seen_at=change.seen_at,
        words=words_of(line, speech),
    )


def _reasons(matter: Matter) -> list[ReasonSaid]:
    names = {one.id: one for one in matter.saved}
    said: list[ReasonSaid] = []
    for reason in matter.reasons:
        if isinstance(reason, FollowReason):
            said.append(ReasonSaid(type="follow"))
        else:
            saved = names.get(reason.saved_search_id)
            said.append(
                ReasonSaid(
                    type="search",
                    search_id=reason.saved_search_id,
                    name=saved.name if saved else None,
                    query=saved.text if saved else None,
                )
            )
    return said


def words_of(line: ChangeLine, speech: Speech) -> str:
    """Return a change in one line of text."""
    if line.was:
        return speech.say(
            "{label}: was {was}, now {now}", label=line.label, was=line.was, now=line.now
        )
    return f"{line.label}: {line.now}" if line.now else line.label


def chat_title(matter: Matter, speech: Speech) -> str:
    """Say that there is news, and nothing of what: others may look at the screen."""
    if matter.is_change:
        return speech.say("A study has changed")
    return speech.say("A study was found")


def many_text(number: int, sweep_id: int, links: Links, speech: Speech) -> str:
    """Return what a chat gets in place of very many messages."""
    words = speech.count(
        number,
        "There is news of {n} study. Your mail tells it.",
        "There is news of {n} studies. Your mail tells of each.",
    )
    return f"{words}\n{links.sweep(sweep_id)}"


def chat_text(matter: Matter, links: Links, speech: Speech, *, names_searches: bool) -> str:
    """Return the lines of a chat: the key, what changed, the link; names only where allowed."""
    lines = [f"{line.mark} {words_of(line, speech)}" for _, line in matter.lines(speech)]
    more = len(lines) - MOST_LINES
    shown = [matter.key, *([matter.title] if names_searches else []), *lines[:MOST_LINES]]
    if more > 0:
        shown.append(speech.count(more, "and {n} more change", "and {n} more changes"))
    if names_searches:
        shown += [speech.say("Found by {name}", name=saved.name) for saved in matter.saved]
    return "\n".join([*(one.translate(TAME) for one in shown), links.study(matter.key)])
