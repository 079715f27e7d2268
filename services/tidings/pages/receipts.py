"""What a sweep was made for, and how it stands, in a reader's words (pure)."""

from tidings.projects.models import Purpose, SweepState
from tidings.rendering.speech import Sayable

PURPOSES = {
    Purpose.WEEKLY: Sayable("everything, weekly"),
    Purpose.PROBE: Sayable("what is new, daily"),
    Purpose.FOLLOWED: Sayable("followed studies"),
    Purpose.RECONCILE: Sayable("a check"),
    Purpose.BACKFILL: Sayable("first reading"),
    Purpose.RELEASE: Sayable("held changes"),
    Purpose.PAPERS: Sayable("papers of studies"),
}
STATES = {
    SweepState.RUNNING: Sayable("being read"),
    SweepState.COMPLETE: Sayable("complete"),
    SweepState.HELD: Sayable("held back"),
    SweepState.FAILED: Sayable("broken off"),
}
