"""What happens in a week, at the rates that were measured on RePORTER.

About one active award in a hundred moves its end date: three in five later, most of them by exactly
a year; two in five earlier, most of them into the past. Some cuts take the money too, one in twenty
is undone. Everything else is rare, but for the waves, which change one field of every record.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random

from tidings.sandbox.funding import supplement
from tidings.sandbox.parts import Award, Project
from tidings.sandbox.people import draw_person, draw_site
from tidings.sandbox.weeks import add_years
from tidings.sandbox.world import World

SKIPPED_WEEKS = 0.06
WAVES = 0.04
END_MOVES = 0.009
"""A week, for each active project."""

LATER = 0.61
EXACTLY_A_YEAR = 0.83
INTO_THE_PAST = 0.81
AMOUNT_CUT = 0.06
"""Of all earlier ends, those that come with a cut amount."""

ONE_DOLLAR = 0.22
"""Of those, the ones cut to a dollar."""

REVERSED = 0.05
SUPPLEMENTS = 0.0012
RARE = 0.0005
"""A week and project: each of title, investigator, abstract, amount and institution."""

VANISHED = 0.0003
PAPERS = 0.004


def advance(world: World) -> None:
    """Let one week pass. A skipped week loads and changes nothing, which is no outage."""
    world.week += 1
    rng = world.rng(f"week {world.week}")
    if rng.random() < SKIPPED_WEEKS:
        return
    world.loads.append(world.today)
    for undo in world.planned.pop(world.week, []):
        undo()
    known = len(world.awards)
    world.begin_new_projects(rng)
    world.load_due(world.today)
    for award in world.awards[known:]:
        if not award.has_text:
            _plan(world, rng, (2, 10), partial(_text_arrives, award))
    for share, move in MOVES:
        for project in _chosen(world, rng, share):
            move(world, project, rng)
    if rng.random() < WAVES:
        _wave(world, rng)


def _chosen(world: World, rng: Random, share: float) -> list[Project]:
    """Choose about this share of the active projects."""
    expected = share * len(world.projects)
    number = int(expected) + (rng.random() < expected % 1)
    drawn = [rng.choice(world.projects) for _ in range(number)]
    return [project for project in drawn if _is_active(project, world.today)]


def _is_active(project: Project, today: date) -> bool:
    return bool(project.awards) and project.head.project_end >= today - timedelta(days=60)


def _end_moves(world: World, project: Project, rng: Random) -> None:
    if rng.random() < LATER:
        _extend(project.head, rng)
    elif project.head.project_end > world.today:
        _cut(world, project, rng)


def _extend(award: Award, rng: Random) -> None:
    if rng.random() < EXACTLY_A_YEAR:
        end = add_years(award.project_end, 1)
    else:
        end = award.project_end + timedelta(days=rng.choice((30, 61, 91, 122, 183, 274, 730)))
    if rng.random() < 0.77:
        award.budget_end = max(award.budget_end, end)
    award.project_end = end
    award.revision += 1


def _cut(world: World, project: Project, rng: Random) -> None:
    award = project.head
    before = (award.project_end, award.budget_end, award.amount)
    if rng.random() < INTO_THE_PAST:
        end = world.today - timedelta(days=rng.randint(1, 45))
    else:
        left = (award.project_end - world.today).days
        end = world.today + timedelta(days=rng.randint(1, max(2, left - 1)))
    award.project_end = max(end, award.budget_start)
    award.budget_end = min(award.budget_end, award.project_end)
    if award.amount is not None and rng.random() < AMOUNT_CUT:
        award.amount = 1 if rng.random() < ONE_DOLLAR else int(award.amount * rng.uniform(0.1, 0.7))
    award.revision += 1
    world.forget(project)
    if rng.random() < REVERSED:
        _plan(world, rng, (2, 10), partial(_restore, world, award, before))


def _restore(world: World, award: Award, before: tuple[date, date, int | None]) -> None:
    """Undo a cut: the end, the budget and the amount are as they were."""
    award.project_end, award.budget_end, award.amount = before
    award.revision += 1
    world.expect(award.project, world.rng(f"restore {award.appl_id}"))


def _supplement(world: World, project: Project, rng: Random) -> None:
    supplement(project, world.ledger, rng, added=world.today)


def _title(_world: World, project: Project, _rng: Random) -> None:
    project.head.title_revision += 1
    project.head.revision += 1


def _abstract(_world: World, project: Project, _rng: Random) -> None:
    project.head.text_revision += 1
    project.head.revision += 1


def _investigator(_world: World, project: Project, rng: Random) -> None:
    project.people = (draw_person(rng), *project.people[1:])
    project.head.people = project.people
    project.head.revision += 1


def _institution(_world: World, project: Project, rng: Random) -> None:
    project.site = draw_site(rng, project.head.mechanism)
    project.head.site = project.site
    project.head.revision += 1


def _amount(_world: World, project: Project, rng: Random) -> None:
    if project.head.amount is not None:
        project.head.amount = int(project.head.amount * rng.uniform(0.8, 1.3)) + 1
        project.head.revision += 1


def _vanish(world: World, project: Project, rng: Random) -> None:
    award = project.head
    award.is_hidden = True
    _plan(world, rng, (1, 4), partial(_return, award))


def _return(award: Award) -> None:
    award.is_hidden = False


def _paper(_world: World, project: Project, rng: Random) -> None:
    project.links.append(rng.randint(38_000_000, 43_000_000))


def _text_arrives(award: Award) -> None:
    award.has_text = True
    award.revision += 1


def _wave(world: World, rng: Random) -> None:
    """Change how one field is written, in every record at once."""
    style = world.style
    field = rng.choice(("blank_flex", "kind_code", "officers_upper", "full_cfda", "terms_rotated"))
    if field == "terms_rotated":
        style.terms_rotated += 1
    else:
        setattr(style, field, not getattr(style, field))
    style.revision += 1


def _plan(world: World, rng: Random, weeks: tuple[int, int], action: Callable[[], None]) -> None:
    world.planned[world.week + rng.randint(*weeks)].append(action)


MOVES: tuple[tuple[float, Callable[[World, Project, Random], None]], ...] = (
    (END_MOVES, _end_moves),
    (SUPPLEMENTS, _supplement),
    (RARE, _title),
    (RARE, _abstract),
    (RARE, _investigator),
    (RARE, _amount),
    (RARE / 2, _institution),
    (VANISHED, _vanish),
    (PAPERS, _paper),
)
"""How often each move happens, a week and project."""
