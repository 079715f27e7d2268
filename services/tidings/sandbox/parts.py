"""What an invented world consists of: projects and their awards, as they stand now."""

from dataclasses import dataclass, field
from datetime import date

from tidings.sandbox.mechanisms import Mechanism
from tidings.sandbox.vocabulary.conditions import Condition
from tidings.sandbox.vocabulary.places import Site


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    profile_id: int
    first: str
    middle: str
    last: str
    title: str


@dataclass(slots=True)
class Award:
    """One record. ``revision`` counts its edits, so that a rendering can be kept."""

    appl_id: int
    project: "Project"
    type: str
    support_year: int
    suffix: str
    fiscal_year: int
    mechanism: Mechanism
    site: Site
    people: tuple[Person, ...]
    amount: int | None
    project_start: date
    project_end: date
    budget_start: date
    budget_end: date
    notice: date
    added: date
    component: int = 0
    text_revision: int = 0
    title_revision: int = 0
    has_text: bool = True
    is_hidden: bool = False
    revision: int = 0


@dataclass(slots=True)
class Project:
    """One piece of work through the years; ``due`` is when its next award will be loaded."""

    number: int
    mechanism: Mechanism
    condition: Condition
    institute: str
    serial: str
    site: Site
    people: tuple[Person, ...]
    officer: Person | None
    start: date
    years: int
    yearly: int
    support_year: int = 0
    awards: list[Award] = field(default_factory=list["Award"])
    links: list[int] = field(default_factory=list[int])

    @property
    def head(self) -> Award:
        """The newest award that is no supplement and no component."""
        return next(a for a in reversed(self.awards) if a.type != "3" and not a.component)
