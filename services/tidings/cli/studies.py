"""What programs read over the API, in a terminal: a study now or on a day, and all changes."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from tidings.cli.parts import console, open_parts
from tidings.db.session import open_reader
from tidings.errors import RejectedError
from tidings.projects.feed_queries import Sought
from tidings.projects.models import ChangeKind
from tidings.projects.queries import project_by_key
from tidings.rendering.filters import day, money
from tidings.web.api.shapes import Study
from tidings.web.api.telling import told_ledger, told_study

MOST = 500

DAYS = ["%Y-%m-%d"]
JsonOption = Annotated[bool, typer.Option("--json", help="the same as the API gives it")]


def study(
    key: Annotated[str, typer.Argument(help="project key, e.g. CA286969")],
    *,
    as_of: Annotated[
        datetime | None, typer.Option(formats=DAYS, help="as it stood when that day (UTC) ended")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a study in plain words, with its facts and the versions that we hold."""
    on = None if as_of is None else as_of.date()
    with open_parts() as parts, open_reader(parts.engine) as session:
        project = project_by_key(session, key)
        if project is None:
            raise RejectedError(f"no project {key} is known here; `tidings search` finds keys")
        home = parts.settings.site_url.rstrip("/")
        told = told_study(session, project, as_of=on, home=home)
    if told is None:
        raise RejectedError(f"{project.key} is known here since {day(project.first_seen_at)}")
    if as_json:
        typer.echo(told.model_dump_json(indent=2))
    else:
        _print(told)


def _print(told: Study) -> None:
    facts = told.facts
    lines = (
        f"{told.key}  {told.title}",
        f"{facts.kind} · {facts.status} · {facts.institution}",
        f"{day(facts.starts)} – {day(facts.ends)} · {money(facts.money)} · {facts.funder}",
        "",
        *(one.text for one in told.plain),
        "",
    )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    table = Table("award", "number", "year", "amount", "version", "seen", box=None)
    for award in told.awards:
        seen = award.versions[0].seen_at
        cells = (award.number, award.fiscal_year or "", money(award.amount), award.version)
        table.add_row(str(award.award), *map(str, cells), day(seen))
    console.print(table)


def changes(
    *,
    after: Annotated[
        str, typer.Option(help="the cursor to go on after; the start unless set")
    ] = "",
    since: Annotated[
        datetime | None, typer.Option(formats=DAYS, help="only what was seen that day or later")
    ] = None,
    kind: Annotated[list[ChangeKind] | None, typer.Option(help="only these kinds")] = None,
    limit: Annotated[int, typer.Option(help="how many", min=1, max=MOST)] = 50,
    as_json: JsonOption = False,
) -> None:
    """List changes in the order of the public ledger, and where to go on."""
    seen_from = None if since is None else since.replace(tzinfo=UTC)
    sought = Sought(kinds=kind or (), since=seen_from)
    with open_parts() as parts, open_reader(parts.engine) as session:
        told = told_ledger(session, after, limit=limit, sought=sought)
    if as_json:
        typer.echo(told.model_dump_json(indent=2))
        return
    table = Table("seen", "study", "kind", "what", box=None)
    for one in told.changes:
        table.add_row(day(one.seen_at), one.study, one.kind.replace("_", " "), one.words)
    console.print(table)
    console.print(f"Go on with --after {told.next}", highlight=False)
