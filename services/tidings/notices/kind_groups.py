"""Kinds of change in groups that a reader can choose by: nobody wants to choose 22 times (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tidings.projects.models import ChangeKind
from tidings.rendering.speech import Sayable


@dataclass(frozen=True)
class Group:
    """Some kinds that are told alike: ``name`` stands in forms, ``words`` before the reader."""

    name: str
    words: str
    kinds: tuple[ChangeKind, ...]


FINDS = Group("finds", Sayable("New studies that match"), (ChangeKind.NEW_PROJECT,))
"""What a saved search finds; a followed study is never new."""

GROUPS = (
    Group(
        "cuts",
        Sayable("Cut short, lapsed or gone, and when that is undone"),
        (
            ChangeKind.END_CUT,
            ChangeKind.SHORTENED,
            ChangeKind.REVERSED,
            ChangeKind.WENT_INACTIVE,
            ChangeKind.OVERDUE,
            ChangeKind.MISSING,
            ChangeKind.RETURNED,
        ),
    ),
    Group(
        "extensions",
        Sayable("Extended, renewed, or funded for another year"),
        (
            ChangeKind.EXTENDED,
            ChangeKind.RENEWED,
            ChangeKind.NEXT_YEAR_FUNDED,
            ChangeKind.DATES_CHANGED,
        ),
    ),
    Group("money", Sayable("Money"), (ChangeKind.AMOUNT_CHANGED, ChangeKind.SUPPLEMENT)),
    Group(
        "people",
        Sayable("People and institution"),
        (ChangeKind.PI_CHANGED, ChangeKind.ORGANIZATION_CHANGED, ChangeKind.TRANSFERRED),
    ),
    Group(
        "texts",
        Sayable("Title and texts"),
        (ChangeKind.TITLE_CHANGED, ChangeKind.ABSTRACT_REWRITTEN, ChangeKind.FIRST_ABSTRACT),
    ),
    Group(
        "papers",
        Sayable("Papers and linked trials"),
        (ChangeKind.NEW_PUBLICATION, ChangeKind.NEW_TRIAL_LINK),
    ),
)


def chosen(by_kind: Mapping[str, str]) -> dict[str, str]:
    """Return the cadence of each group by its name; empty where it is that of all the rest.

    A group is as its first kind: kinds apart can be told apart by a program, not by a form.
    """
    return {group.name: by_kind.get(group.kinds[0], "") for group in (*GROUPS, FINDS)}


def by_kind(choices: Mapping[str, str]) -> dict[str, str]:
    """Return the cadence of each kind whose group has one in ``choices``."""
    return {
        kind.value: cadence
        for group in (*GROUPS, FINDS)
        if (cadence := choices.get(group.name, ""))
        for kind in group.kinds
    }
