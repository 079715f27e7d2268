"""Count what mail and calls that came to us were."""

from collections.abc import Mapping

from sqlalchemy import Engine

from tidings.db.session import commit, open_session
from tidings.upkeep.queries import count_up

TAKEN = "intake."
"""What the names of these tallies begin with."""


def count_intake(engine: Engine, kinds: Mapping[str, int]) -> None:
    """Add to the tally of each kind. Not safe to call twice; only the numbers would be wrong."""
    counts = {TAKEN + kind: count for kind, count in kinds.items() if count}
    if not counts:
        return
    with open_session(engine) as session:
        count_up(session, counts)
        commit(session, "intake.counted")
