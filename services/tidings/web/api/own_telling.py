"""What a reader's programs are told of what the reader has: rows as shapes."""

from typing import Any

from tidings.db.base import stored_id
from tidings.notices.models import Notice
from tidings.notices.notice_queries import Stories
from tidings.notices.reasons import REASONS, FollowReason, SearchReason
from tidings.pages.showing import official_title
from tidings.projects.models import Project
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Follow
from tidings.web.api import own_shapes
from tidings.web.api.shapes import Clause
from tidings.web.api.telling import told_change


def told_follow(row: Follow, project: Project) -> own_shapes.Follow:
    """Return a follow as programs read it."""
    return own_shapes.Follow(
        study=project.key, title=official_title(project.title), note=row.note, **_wish(row)
    )


def told_search(row: SavedSearch) -> own_shapes.SavedSearch:
    """Return a saved search as programs read it."""
    return own_shapes.SavedSearch(
        id=stored_id(row.id),
        name=row.name,
        text=row.text,
        has_feed=row.feed_hash is not None,
        **_wish(row),
    )


def told_notice(row: Notice, stories: Stories) -> own_shapes.Notice:
    """Return a notice as programs read it, with every reason."""
    project = stories.projects[row.project_id]
    return own_shapes.Notice(
        id=stored_id(row.id),
        study=project.key,
        title=official_title(project.title),
        severity=row.severity,
        state=row.state,
        why_not=row.skipped_reason,
        reasons=[_reason(one, project, stories) for one in REASONS.validate_python(row.reasons)],
        created_at=row.created_at,
    )


def _wish(row: Follow | SavedSearch) -> dict[str, Any]:
    return {
        "cadence": row.cadence,
        "cadence_by_kind": row.cadence_by_kind,
        "threshold": row.threshold,
        "muted_until": row.muted_until,
        "created_at": row.created_at,
    }


def _reason(
    reason: FollowReason | SearchReason, project: Project, stories: Stories
) -> own_shapes.Reason:
    is_search = isinstance(reason, SearchReason)
    known = [stories.changes[one] for one in reason.change_ids if one in stories.changes]
    return own_shapes.Reason(
        type=reason.type,
        search=reason.saved_search_id if is_search else None,
        found_by=[Clause(**dict(one)) for one in reason.clauses] if is_search else [],
        changes=[told_change(change, project.key) for change in known],
    )
