"""What the engine reads of an award (pure)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tidings.searches.document import TEXT_OF_FIELD, Document
from tidings.searches.query import DateField, NumberField, ValueField

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


@dataclass(frozen=True, slots=True)
class Features:
    """An award in one version as plain values.

    ``texts`` holds, by field of a search, the passages that no phrase reaches out of, each as its
    normalised words. ``values`` are pairs such as ``("state", "AZ")``; ``numbers`` are by field,
    days among them as ordinals, and leave out what the record does not have.
    """

    texts: Mapping[str, Sequence[Sequence[str]]]
    values: Collection[tuple[str, str]] = ()
    numbers: Mapping[str, int] = field(default_factory=dict[str, int])
    point: Point | None = None


def features_of(document: Document) -> Features:
    """Return what the engine reads of a document."""
    numbers = {name: document.number(name)[1] for name in (*NumberField, *DateField)}
    return Features(
        texts={
            name: [passage.sequence for passage in document.passages(name)]
            for name in TEXT_OF_FIELD
        },
        values=[(name, value) for name in ValueField for value in document.value(name)[1]],
        numbers={name: number for name, number in numbers.items() if number is not None},
        point=document.point,
    )
