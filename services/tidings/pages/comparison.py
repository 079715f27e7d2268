"""Two states of a study beside each other, field by field (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tidings.pages.field_names import field_name
from tidings.pages.grounding import LISTS, items
from tidings.pages.showing import fit_to_show
from tidings.pages.word_diff import Piece, hunks, list_diff, word_diff
from tidings.projects.canonicalise import Canonical
from tidings.projects.diff import FieldChange, diff
from tidings.projects.wording import LABELS, LONG_TEXTS, value_words
from tidings.rendering.speech import ENGLISH, Speech

UNTOLD = frozenset({"appl_id", "project_detail_url", "project_num_split", "spending_categories"})
"""Fields that only say again, in numbers or parts, what another field says."""

IN_WORDS = LONG_TEXTS | LISTS | {"project_title"}
"""Fields whose difference is shown word by word."""


@dataclass(frozen=True)
class Difference:
    """One field, before and after; ``pieces`` instead of the two where it is told in words."""

    field: str
    label: str
    was: str
    now: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class RecordPair:
    """One record of RePORTER in both states; a version of 0 says that it was not there."""

    appl_id: int
    number: str
    was_version: int
    was_hash: str
    now_version: int
    now_hash: str

    @property
    def is_same(self) -> bool:
        """Whether nothing in it differs."""
        return self.was_hash == self.now_hash


Version = tuple[str, int, str]
"""The number of an award, one of its versions, and that version's hash."""


def differences(
    before: Canonical, after: Canonical, speech: Speech = ENGLISH
) -> tuple[Difference, ...]:
    """Return the fields that differ, those that readers have a word for first.

    Project terms stand in a record twice; where both say the same, they are told once.
    """
    found = [change for change in diff(before, after) if change.field not in UNTOLD]
    order = list(LABELS)
    found.sort(key=lambda one: order.index(one.field) if one.field in order else len(order))
    told: dict[Difference, Difference] = {}
    for one in (_difference(change, speech) for change in found):
        told.setdefault(replace(one, field=""), one)
    return tuple(told.values())


def record_pairs(
    before: Mapping[int, Version], after: Mapping[int, Version]
) -> tuple[RecordPair, ...]:
    """Return all records of both states, in the order of the later one."""
    none: Version = ("", 0, "")
    return tuple(
        RecordPair(
            appl_id,
            after.get(appl_id, none)[0] or before.get(appl_id, none)[0],
            *before.get(appl_id, none)[1:],
            *after.get(appl_id, none)[1:],
        )
        for appl_id in dict.fromkeys([*after, *before])
    )


def pieces_of(field: str, before: Any, after: Any) -> tuple[Piece, ...]:
    """Return what differs in a field that is told word by word, or item by item."""
    if field in LISTS:
        return list_diff(*([item for _, _, item in items(one or "")] for one in (before, after)))
    return hunks(word_diff(*(fit_to_show(one or "") for one in (before, after))))


def _difference(change: FieldChange, speech: Speech) -> Difference:
    label = field_name(change.field, speech)
    if change.field in IN_WORDS:
        pieces = pieces_of(change.field, change.before, change.after)
        return Difference(change.field, label, "", "", pieces)
    was, now = (
        fit_to_show(value_words(change.field, value, speech))
        for value in (change.before, change.after)
    )
    return Difference(change.field, label, was, now, ())
