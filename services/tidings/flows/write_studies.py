"""What the notices of a delivery tell, study by study."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from tidings.config import Settings
from tidings.notices.letter_queries import changes_told, notices_of, saved_searches
from tidings.notices.letters import Study, excerpts
from tidings.notices.models import Notice
from tidings.notices.reasons import REASONS, FollowReason, Reason, SearchReason
from tidings.pages.facts import official_title
from tidings.projects.models import SEVERITY_ORDER, Award, Change, Project
from tidings.projects.names import title_case
from tidings.projects.wording import change_line, worst_first
from tidings.rendering.filters import day, money
from tidings.searches.models import SavedSearch
from tidings.subscribers.tokens import Scope, unsubscribe_token


@dataclass(frozen=True)
class Told:
    """One notice as it is told, with what its place in the mail depends on."""

    study: Study
    changes: tuple[Change, ...]
    saved: tuple[SavedSearch, ...]
    is_followed: bool
    sweep_id: int
    severity: int

    def order(self) -> tuple[int, str]:
        """Sort the worst first, then by key."""
        return self.severity, self.study.key


def told_by(session: Session, delivery_id: int, settings: Settings) -> list[Told]:
    """Return what the notices of a delivery tell, oldest notice first."""
    rows = notices_of(session, delivery_id)
    reasons = {notice.id: REASONS.validate_python(notice.reasons) for notice, _, _ in rows}
    everything = [reason for told in reasons.values() for reason in told]
    changes = changes_told(session, {one for reason in everything for one in reason.change_ids})
    saved = saved_searches(
        session,
        {one.saved_search_id for one in everything if isinstance(one, SearchReason)},
    )
    return [
        _told(notice, _Standing(project, award), reasons[notice.id], changes, saved, settings)
        for notice, project, award in rows
    ]


@dataclass(frozen=True)
class _Standing:
    project: Project
    award: Award

    def facts(self) -> str:
        """Return who and where, how much and until when, in one line."""
        award = self.award
        where = title_case(self.project.organization)
        much = f"{money(award.amount)} in {award.fiscal_year}" if award.amount else ""
        ends = _ends(award.project_end_on)
        return " · ".join(part for part in (where, self.project.institute, much, ends) if part)


def _ends(on: date | None) -> str:
    return f"ends {day(on)}" if on else ""


def _told(
    notice: Notice,
    standing: _Standing,
    reasons: Iterable[Reason],
    changes: dict[int, Change],
    saved: dict[int, SavedSearch],
    settings: Settings,
) -> Told:
    reasons = tuple(reasons)
    follows = [reason for reason in reasons if isinstance(reason, FollowReason)]
    finds = [reason for reason in reasons if isinstance(reason, SearchReason)]
    ids = {one for reason in reasons for one in reason.change_ids}
    told = tuple(worst_first([changes[one] for one in sorted(ids) if one in changes]))
    searches = tuple(saved[one.saved_search_id] for one in finds if one.saved_search_id in saved)
    study = Study(
        key=standing.project.key,
        title=official_title(standing.project.title),
        facts=standing.facts(),
        url=f"{settings.site_url}/studies/{standing.project.key}",
        lines=tuple(change_line(change) for change in told),
        excerpts=excerpts(finds[0].clauses) if finds else (),
        also=tuple(one.name for one in (searches if follows else searches[1:])),
        stop_url=_stop_url(notice, follows, settings),
        may_repeat=notice.may_repeat,
    )
    return Told(
        study=study,
        changes=told,
        saved=searches,
        is_followed=bool(follows) or not searches,
        sweep_id=notice.sweep_id,
        severity=SEVERITY_ORDER.index(notice.severity),
    )


def _stop_url(notice: Notice, follows: list[FollowReason], settings: Settings) -> str:
    if not follows:
        return ""
    scope = Scope(notice.subscriber_id, follow_id=follows[0].follow_id)
    return f"{settings.site_url}/unsubscribe/{unsubscribe_token(settings.secret, scope)}"
