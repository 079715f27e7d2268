"""What remains to be told when a follow or a saved search ends (pure)."""

from collections.abc import Sequence

from tidings.notices.reasons import FollowReason, Reason


def without(
    reasons: Sequence[Reason], *, follow_id: int | None = None, saved_search_id: int | None = None
) -> tuple[Reason, ...]:
    """Return the reasons that do not come from this follow, or from this saved search."""
    return tuple(
        reason
        for reason in reasons
        if (
            reason.follow_id != follow_id
            if isinstance(reason, FollowReason)
            else reason.saved_search_id != saved_search_id
        )
    )


def handed_over(
    reasons: Sequence[Reason], *, follow_id: int, successor_id: int
) -> tuple[Reason, ...]:
    """Return the reasons with a follow replaced by the one that succeeded it."""
    return tuple(
        reason.model_copy(update={"follow_id": successor_id})
        if isinstance(reason, FollowReason) and reason.follow_id == follow_id
        else reason
        for reason in reasons
    )
