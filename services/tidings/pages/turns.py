"""Whose turn it was: of two editors at one text the second is told, and loses nothing (pure)."""

from tidings.errors import RejectedError
from tidings.pages.models import PageVersion, VersionState
from tidings.pages.reviewing import MeanwhileError
from tidings.rendering.filters import moment

DONE = {
    VersionState.PUBLISHED: "published",
    VersionState.REPLACED: "published, and replaced since",
    VersionState.REJECTED: "rejected",
    VersionState.FAILED: "given up",
    VersionState.WANTED: "asked for again",
}
"""What has become of what is no draft any more."""


def check_turn(version: PageVersion, revision: int) -> None:
    """Raise MeanwhileError, saying what happened, if a draft is not as the editor saw it."""
    by = f" by the {version.reviewer_role}" if version.reviewer_role else ""
    at = f" on {moment(version.reviewed_at)}" if version.reviewed_at else ""
    if version.state is not VersionState.DRAFT:
        raise MeanwhileError(f"This text was {DONE[version.state]}{by}{at}, and is no draft now.")
    if version.revision != revision:
        raise MeanwhileError(
            f"This draft was changed{by}{at}, after you had opened it. What you typed is still "
            "here, beside what was saved; saving again puts yours in its place."
        )


def check_published(published_no: int | None, seen: int | None) -> None:
    """Raise MeanwhileError if readers see another version than the editor was shown."""
    if published_no != seen:
        now = f"version {published_no}" if published_no else "no version"
        raise MeanwhileError(f"Readers see {now} now: somebody changed that after you had looked.")


def needed_reason(reason: str) -> str:
    """Return a reason in one line; RejectedError when there is none."""
    words = " ".join(reason.split())
    if not words:
        raise RejectedError("Please say why: whoever comes next reads it.")
    return words[:LONGEST_REASON]


LONGEST_REASON = 500
