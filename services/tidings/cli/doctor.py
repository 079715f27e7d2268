"""Examine how well this installation does: it asks, measures and tells, and changes nothing."""

from collections.abc import Iterator
from typing import Annotated

import orjson
import typer
from rich.table import Table

from tidings.cli.doctor_mail import mail
from tidings.cli.parts import console, open_parts, progress
from tidings.cli.templates import templates
from tidings.flows.measure_agreement import BUDGET, Agreement, Compared, Sample, measure_agreement
from tidings.rendering.filters import plural
from tidings.searches.agreement import Side
from tidings.wiring import open_reporter

MOST_SHOWN = 100
LONGEST_SEARCH = 70

doctor = typer.Typer(no_args_is_help=True)
doctor.command()(mail)


@doctor.callback()
def about() -> None:
    """Examine how well this installation does; nothing is changed."""


doctor.command()(templates)


@doctor.command()
def agreement(
    *,
    sample: Annotated[int, typer.Option(help="saved searches to compare", min=1)] = 10,
    seed: Annotated[int, typer.Option(help="the same seed draws the same searches")] = 1,
    budget: Annotated[int, typer.Option(help="requests to RePORTER, at most", min=1)] = BUDGET,
    shown: Annotated[
        int, typer.Option(help="differences of each side to look into", min=0, max=MOST_SHOWN)
    ] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON and nothing else")] = False,
) -> None:
    """Ask RePORTER for some saved searches, and say where it and we find different awards."""
    with open_parts() as parts, open_reporter(parts.settings, parts.engine) as client:
        bar = progress()
        bar.disable = as_json
        with bar:
            task = bar.add_task("Asking RePORTER", total=None)
            found = measure_agreement(
                parts.engine,
                client,
                now=parts.now,
                sample=Sample(sample, seed=seed, budget=budget, shown=shown),
                on_step=lambda done, of: bar.update(task, completed=done, total=of),
            )
    if as_json:
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    else:
        _print(found)


def _print(found: Agreement) -> None:
    table = Table(
        "search", "both", "only RePORTER", "only we", "set aside", "not watched", box=None
    )
    for one in found.searches:
        counts = (one.both, one.only_reporter.count, one.only_we.count)
        cells = [f"{count:,}" for count in (*counts, one.set_aside, one.not_watched)]
        table.add_row(_short(one.search), *([""] * len(cells) if one.note else cells))
    console.print(table)
    for one in found.searches:
        _print_details(one)
    _say(
        f"\n{len(found.searches)} of {plural(found.sampled, 'search', 'searches')} compared, "
        f"{found.live:,} live; {plural(found.watched, 'award')} watched, "
        f"{plural(found.requests, 'request')} made."
    )
    if found.stopped:
        _say(f"Stopped early: {found.stopped}.")
    _say(EXPLAINED)


EXPLAINED = (
    "Set aside: what RePORTER finds and a part of the search rules out that it cannot be asked "
    "for. Not watched: what lies outside our scope. Neither is a difference."
)


def _print_details(one: Compared) -> None:
    details = [one.note] if one.note else []
    details += [f"RePORTER finds more: {sentence}" for sentence in one.left_out]
    details += [f"RePORTER may differ: {sentence}" for sentence in one.differs]
    details += [*_differences("only RePORTER", one.only_reporter)]
    details += [*_differences("only we", one.only_we)]
    if details:
        _say(f"\n{_short(one.search)}")
    for detail in details:
        _say(f"  {detail}")


def _differences(label: str, side: Side) -> Iterator[str]:
    for difference in side.shown:
        yield f"{label}: {difference.appl_id}: {' '.join(difference.why)}"
    if more := side.count - len(side.shown):
        yield f"{label}: and {more:,} more"


def _short(search: str) -> str:
    return search if len(search) <= LONGEST_SEARCH else f"{search[: LONGEST_SEARCH - 1]}…"


def _say(sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
