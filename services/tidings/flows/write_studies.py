"""What the notices of deliveries tell, study by study."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.notices import letter_queries as queries
from tidings.notices.excerpts import excerpts
from tidings.notices.letters import MOST_LINES, SearchLinks, Study
from tidings.notices.reason_queries import follows_by_ids
from tidings.notices.reasons import REASONS, FollowReason, Reason, SearchReason
from tidings.notices.voices import Voice
from tidings.pages.activity_codes import kind_of_award
from tidings.pages.showing import official_title
from tidings.projects.cards import facts_line, people_line
from tidings.projects.models import SEVERITY_ORDER, Award, Change, Project
from tidings.projects.queries import canonical_of
from tidings.projects.wording import ChangeLine, change_line, worst_first
from tidings.rendering.speech import Speech
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Follow


@dataclass(frozen=True)
class Told:
    """One study as it is told, with what its place in the mail depends on.

    ``changes`` are worst first; ``saved`` are the searches that found it, the first one first.
    """

    study: Study
    changes: tuple[Change, ...]
    saved: tuple[SavedSearch, ...]
    is_followed: bool
    sweep_ids: tuple[int, ...]
    severity: int
    organization: str

    @property
    def sweep_id(self) -> int:
        """The sweep that saw the worst of it."""
        return self.changes[0].sweep_id if self.changes else self.sweep_ids[-1]

    def order(self) -> tuple[int, str]:
        """Sort the worst first, then by key."""
        return self.severity, self.study.key


@dataclass(frozen=True)
class Stories:
    """All that a batch of deliveries tells: no more is asked of the database."""

    notices: Mapping[int, Sequence[queries.Told]]
    reasons: Mapping[int, tuple[Reason, ...]]
    changes: Mapping[int, Change]
    saved: Mapping[int, SavedSearch]
    follows: Mapping[int, Follow]
    earlier: Mapping[tuple[int, int], datetime]
    _lines: dict[tuple[int, Speech], ChangeLine] = field(
        default_factory=dict[tuple[int, Speech], ChangeLine]
    )
    _cards: dict[tuple[int, Voice], Study] = field(default_factory=dict[tuple[int, Voice], Study])

    def told_by(self, delivery_id: int, voice: Voice) -> list[Told]:
        """Return what the notices of a delivery tell, study by study, oldest notice first."""
        projects: dict[int, list[queries.Told]] = {}
        for row in self.notices.get(delivery_id, ()):
            projects.setdefault(row.notice.project_id, []).append(row)
        return [self._told(rows, voice) for rows in projects.values()]

    def _told(self, rows: Sequence[queries.Told], voice: Voice) -> Told:
        """Return what is told of one study; a long digest may have several notices of it."""
        notices, project = [row.notice for row in rows], rows[0].project
        reasons = [one for notice in notices for one in self.reasons[stored_id(notice.id)]]
        follow, finds = self._follow(reasons), self._finds(reasons)
        changes = self._changes(reasons)
        saved = tuple(self.saved[number] for number in finds)
        is_followed = follow is not None or not saved
        lines = [self._line(change, notices[0].subscriber_id, voice) for change in changes]
        study = replace(
            self._card(project, rows[0].award, voice),
            lines=tuple(lines[:MOST_LINES]),
            more_lines=max(0, len(lines) - MOST_LINES),
            excerpts=excerpts(next(iter(finds.values())).clauses, voice.speech) if finds else (),
            also=tuple(one.name for one in (saved if is_followed else saved[1:])),
            note=" ".join(follow.note.split()) if follow else "",
            settings_url=voice.links.study_settings(project.key) if is_followed else "",
            stop_url=voice.links.stop_study(project.key) if is_followed else "",
            may_repeat=any(notice.may_repeat for notice in notices),
        )
        return Told(
            study=study,
            changes=changes,
            saved=saved,
            is_followed=is_followed,
            sweep_ids=tuple(notice.sweep_id for notice in notices),
            severity=min(SEVERITY_ORDER.index(notice.severity) for notice in notices),
            organization=project.organization,
        )

    def _finds(self, reasons: Iterable[Reason]) -> dict[int, SearchReason]:
        """Return why each saved search found it, the first time, by saved search."""
        finds: dict[int, SearchReason] = {}
        for one in reasons:
            if isinstance(one, SearchReason) and one.saved_search_id in self.saved:
                finds.setdefault(one.saved_search_id, one)
        return finds

    def _follow(self, reasons: Iterable[Reason]) -> Follow | None:
        ids = [one.follow_id for one in reasons if isinstance(one, FollowReason)]
        return self.follows.get(ids[0]) if ids else None

    def _changes(self, reasons: Iterable[Reason]) -> tuple[Change, ...]:
        ids = {one for reason in reasons for one in reason.change_ids}
        return tuple(worst_first([self.changes[one] for one in sorted(ids) if one in self.changes]))

    def _line(self, change: Change, subscriber_id: int, voice: Voice) -> ChangeLine:
        key = stored_id(change.id), voice.speech
        if key not in self._lines:
            self._lines[key] = change_line(change, voice.speech)
        line = self._lines[key]
        told_at = self.earlier.get((subscriber_id, change.reverses_id or 0))
        if told_at is None:
            return line
        day = voice.speech.day(voice.day(told_at))
        undoes = voice.speech.say("This undoes what we told you on {day}.", day=day)
        return replace(line, explanation=undoes)

    def _card(self, project: Project, award: Award, voice: Voice) -> Study:
        key = stored_id(project.id), voice
        if key not in self._cards:
            self._cards[key] = study_card(project, award, voice)
        return self._cards[key]


def study_card(project: Project, award: Award, voice: Voice) -> Study:
    """Return a study as it stands now, without news of it."""
    record = canonical_of(award)
    return Study(
        key=project.key,
        title=official_title(project.title),
        url=voice.links.study(project.key),
        people=people_line(record, voice.speech),
        facts=facts_line(record, kind_of_award(record.get("activity_code", "")), voice.speech),
    )


def search_links(saved: SavedSearch, voice: Voice) -> SearchLinks:
    """Return a saved search by its name, with the links that change and end it."""
    return SearchLinks(
        search_id=saved.search_id,
        name=saved.name,
        settings_url=voice.links.search_settings(saved.search_id),
        stop_url=voice.links.stop_search(saved.search_id),
    )


def read_stories(session: Session, delivery_ids: Collection[int]) -> Stories:
    """Read all that these deliveries tell, each table once."""
    notices = queries.notices_of(session, delivery_ids)
    rows = [row.notice for told in notices.values() for row in told]
    reasons = {stored_id(one.id): REASONS.validate_python(one.reasons) for one in rows}
    each = [reason for told in reasons.values() for reason in told]
    changes = queries.changes_told(session, {one for reason in each for one in reason.change_ids})
    return Stories(
        notices=notices,
        reasons=reasons,
        changes=changes,
        saved=queries.saved_searches(
            session, {one.saved_search_id for one in each if isinstance(one, SearchReason)}
        ),
        follows=follows_by_ids(
            session, {one.follow_id for one in each if isinstance(one, FollowReason)}
        ),
        earlier=_earlier(session, {one.subscriber_id for one in rows}, changes.values()),
    )


def _earlier(
    session: Session, subscriber_ids: Collection[int], changes: Iterable[Change]
) -> dict[tuple[int, int], datetime]:
    """Return when each reader was told what is taken back now, by reader and change."""
    undone = {one.reverses_id: one.project_id for one in changes if one.reverses_id is not None}
    if not undone:
        return {}
    return {
        (notice.subscriber_id, change_id): sent_at
        for notice, sent_at in queries.told_earlier(session, subscriber_ids, set(undone.values()))
        for reason in REASONS.validate_python(notice.reasons)
        for change_id in reason.change_ids
        if change_id in undone
    }
