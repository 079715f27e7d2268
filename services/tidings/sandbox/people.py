"""Draws projects: what is studied, where, by whom, with what kind of award."""

from datetime import date
from random import Random

from tidings.sandbox import mechanisms
from tidings.sandbox.mechanisms import MECHANISMS, Mechanism
from tidings.sandbox.parts import Person, Project
from tidings.sandbox.vocabulary import people, places
from tidings.sandbox.vocabulary.conditions import CONDITIONS
from tidings.sandbox.vocabulary.places import Site

CAREERS = frozenset({"F31", "F32", "K99", "K23", "K08"})
"""Awards to one person, who is no professor yet."""


def draw_person(rng: Random) -> Person:
    """Draw somebody who does not exist."""
    return Person(
        profile_id=rng.randint(1_800_000, 79_999_999),
        first=rng.choice(people.FIRST_NAMES),
        middle=rng.choice(people.MIDDLE_NAMES),
        last=rng.choice(people.LAST_NAMES),
        title=rng.choice(people.TITLES),
    )


def draw_site(rng: Random, mechanism: Mechanism) -> Site:
    """Draw an institution that may hold such an award."""
    if mechanism.code == mechanisms.INTRAMURAL:
        return places.CAMPUS
    if mechanism.code == mechanisms.VETERANS:
        return next(site for site in places.SITES if site.name == places.VETERANS)
    firms = mechanism.code in mechanisms.FIRMS
    return rng.choice([site for site in places.SITES if (site.kind == places.FIRM) == firms])


def draw_papers(rng: Random, years: float) -> list[int]:
    """Draw the papers of a project that has run for so many years."""
    return [rng.randint(30_000_000, 37_999_999) for _ in range(int(years * rng.uniform(0, 4)))]


def draw_project(rng: Random, number: int, start: date) -> Project:
    """Draw a project that begins on ``start``."""
    kinds = list(MECHANISMS.values())
    mechanism = rng.choices(kinds, [kind.weight for kind in kinds])[0]
    condition = rng.choices(CONDITIONS, [each.weight for each in CONDITIONS])[0]
    institute = "HX" if mechanism.code == mechanisms.VETERANS else condition.institute
    staff = 1 if mechanism.code in CAREERS else rng.choices((1, 2, 3), (75, 20, 5))[0]
    return Project(
        number=number,
        mechanism=mechanism,
        condition=condition,
        institute=institute,
        serial=f"{100_000 + number * 7 % 899_993:06d}",
        site=draw_site(rng, mechanism),
        people=tuple(draw_person(rng) for _ in range(staff)),
        officer=draw_person(rng) if rng.random() < 0.95 else None,
        start=start,
        years=rng.randint(*mechanism.years),
        yearly=int(mechanism.amount * rng.lognormvariate(0, 0.3)),
    )
