"""Prove, by other ways, that nothing was missed."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tidings.audits.models import Audit
from tidings.audits.queries import latest_audits
from tidings.audits.sentences import Line, lines_of
from tidings.cli.parts import Parts, console, open_parts, progress
from tidings.db.session import open_reader
from tidings.errors import TidingsError
from tidings.flows.audit_matches import audit_matches
from tidings.flows.audit_store import Extent
from tidings.flows.canary import AWARDS, run_canary
from tidings.rendering.filters import day, plural
from tidings.upkeep.audit_log import entry_count, verify_audit_log
from tidings.wiring import open_reporter

SHOWN = 20
"""Findings of each audit that are printed; its row keeps more."""

LOG = "Operators' log"


def audit(
    *,
    canary: Annotated[
        int, typer.Option(help="stored records to compare with RePORTER's own", min=1)
    ] = AWARDS,
    no_canary: Annotated[bool, typer.Option("--no-canary", help="ask RePORTER nothing")] = False,
    sample: Annotated[
        int | None, typer.Option(help="stored records to search again; all unless set", min=1)
    ] = None,
) -> None:
    """Look for what was missed: search all again, compare with RePORTER, check the log's seals.

    The last reconcile is shown as well; `tidings sweep --purpose reconcile` makes one now. Ends
    with 1 when something is to be looked at.
    """
    with open_parts() as parts:
        with progress() as bar:
            task = bar.add_task("Searching again", total=None)
            found = audit_matches(
                parts.engine,
                now=parts.now,
                speed=parts.settings.clock.speed,
                extent=Extent(awards=sample),
                on_step=lambda done, of: bar.update(task, completed=done, total=of),
            )
        _print_findings(found)
        trouble = "" if no_canary else _run_canary(parts, canary)
        is_well = _print_table(parts, trouble)
    raise typer.Exit(0 if is_well else 1)


def _run_canary(parts: Parts, count: int) -> str:
    """Run the canary; return why RePORTER could not be asked, if it could not."""
    try:
        with open_reporter(parts.settings, parts.engine) as client, progress() as bar:
            task = bar.add_task("Comparing with RePORTER", total=count)
            found = run_canary(
                parts.engine,
                client,
                now=parts.now,
                count=count,
                on_step=lambda done, of: bar.update(task, completed=done, total=of),
            )
    except TidingsError as error:
        return str(error)
    _print_findings(found)
    return ""


def _print_findings(audit: Audit) -> None:
    for finding in audit.findings[:SHOWN]:
        said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in finding.items())
        console.print(f"  {audit.kind}: {said}", markup=False, highlight=False)


def _print_table(parts: Parts, trouble: str) -> bool:
    """Print a sentence for each audit; return whether all is well."""
    with open_reader(parts.engine) as session:
        lines = lines_of(latest_audits(session))
        flaw, entries = verify_audit_log(session), entry_count(session)
    table = Table("audit", "state", "last run", "what it found", box=None)
    for line in lines:
        note = f" ({line.note})" if line.note else ""
        _add(table, line.title, line.state, day(line.at), line.sentence + note)
    if trouble:
        _add(table, "RePORTER", "look", "now", f"It could not be asked: {trouble}.")
    where = f"entry {flaw.entry_id}" if flaw and flaw.entry_id else "the end"
    said = (
        f"At {where}: {flaw.reason}." if flaw else f"{plural(entries, 'entry', 'entries')}, sealed."
    )
    _add(table, LOG, "look" if flaw else "well", "now", said)
    console.print(table)
    return not trouble and flaw is None and _are_well(lines)


def _are_well(lines: tuple[Line, ...]) -> bool:
    return all(line.state != "look" for line in lines)


def _add(table: Table, name: str, state: str, at: str, said: str) -> None:
    colour = {"well": "green", "look": "bold red"}.get(state, "dim")
    table.add_row(escape(name), f"[{colour}]{state}[/]", at, escape(said))
