"""Run each stage in the foreground, with no broker."""

from typing import Annotated

import typer
from rich.table import Table

from tidings.cli.parts import Parts, console, open_parts, progress
from tidings.db.session import open_session
from tidings.delivery.queries import CALLS, due_delivery_ids
from tidings.delivery.senders.calls import make_call_senders
from tidings.delivery.senders.make import make_sender
from tidings.flows import compose_alerts as alerts
from tidings.flows import compose_digest as digests
from tidings.flows import start_digests as due
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.compose_calls import compose_calls
from tidings.flows.deliver import deliver as send
from tidings.flows.deliver_calls import deliver_calls
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.match_changes import match_changes
from tidings.flows.recover import recover as find_left_lying
from tidings.flows.start_sweep import start_sweep
from tidings.projects.models import Purpose, Sweep
from tidings.wiring import open_reporter

OWNER = "command line"
STEP_SECONDS = 2.0
BATCH = 100


def sweep(
    purpose: Annotated[Purpose, typer.Option(help="why; decides what is asked")] = Purpose.WEEKLY,
) -> None:
    """Read the scope from RePORTER now, and match what changed."""
    with open_parts() as parts, open_reporter(parts.settings, parts.engine) as client:
        with open_session(parts.engine) as session:
            sweep_id = start_sweep(session, purpose=purpose, settings=parts.settings, now=parts.now)
        if sweep_id is None:
            console.print("A sweep is running already; it goes on where it is.")
            return
        with progress() as bar:
            task = bar.add_task("Reading RePORTER", total=None)
            done = False
            while not done:
                done = advance_sweep(
                    parts.engine, client, sweep_id, now=parts.now, seconds=STEP_SECONDS
                )
                with open_session(parts.engine) as session:
                    row = session.get_one(Sweep, sweep_id)
                bar.update(task, completed=row.examined, total=row.total_first)
        finish_sweep(parts.engine, client, sweep_id, now=parts.now)
        _match(parts)
        _print_receipt(parts, sweep_id)


def digest() -> None:
    """Write the immediate mails and the digests that are due; `tidings deliver` sends them."""
    with open_parts() as parts:
        _match(parts)
        made = _write_alerts(parts)
        calls = _write_calls(parts)
        with open_session(parts.engine) as session, progress() as bar:
            runs = due.start_digests(session, now=parts.now)
            task = bar.add_task("Writing digests", total=len(runs))
            for start in range(0, len(runs), BATCH):
                batch = runs[start : start + BATCH]
                made += len(
                    digests.compose_digest(session, batch, settings=parts.settings, now=parts.now)
                )
                bar.advance(task, len(batch))
        console.print(f"{made} mails are waiting to be sent.")
        if calls:
            console.print(f"{calls} calls of webhooks and chats are waiting to be made.")


def deliver() -> None:
    """Send the mails that wait, and make the calls of webhooks and chats."""
    with open_parts() as parts:
        with open_session(parts.engine) as session:
            ids = due_delivery_ids(session, now=parts.now, limit=100_000)
        sender = make_sender(parts.settings)
        try:
            with progress() as bar:
                task = bar.add_task("Sending", total=len(ids))
                for start in range(0, len(ids), BATCH):
                    batch = ids[start : start + BATCH]
                    send(
                        parts.engine,
                        sender,
                        batch,
                        settings=parts.settings,
                        owner=OWNER,
                        now=parts.now,
                    )
                    bar.advance(task, len(batch))
        finally:
            sender.close()
        _make_calls(parts)


def _make_calls(parts: Parts) -> None:
    with open_session(parts.engine) as session:
        ids = due_delivery_ids(session, now=parts.now, limit=100_000, channels=CALLS)
    senders = make_call_senders(parts.settings)
    with progress() as bar:
        task = bar.add_task("Calling", total=len(ids), visible=bool(ids))
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            deliver_calls(
                parts.engine, senders, batch, settings=parts.settings, owner=OWNER, now=parts.now
            )
            bar.advance(task, len(batch))


def recover() -> None:
    """Find what was left lying, say what it is, and finish what needs no broker."""
    with open_parts() as parts:
        sender = make_sender(parts.settings)
        bells = find_left_lying(
            parts.engine,
            settings=parts.settings,
            is_idempotent=sender.is_idempotent,
            now=parts.now,
        )
        for bell in bells:
            console.print(f"  {bell.job}  {bell.arguments}", highlight=False)
        console.print(f"{len(bells)} kinds of work were waiting.")
    digest()
    deliver()


def _match(parts: Parts) -> None:
    more = True
    with progress() as bar:
        task = bar.add_task("Matching", total=None)
        while more:
            with open_session(parts.engine) as session:
                outcome = match_changes(session, now=parts.now)
            bar.advance(task, outcome.projects)
            more = outcome.more


def _write_alerts(parts: Parts) -> int:
    made = 0
    while True:
        with open_session(parts.engine) as session:
            ids = alerts.compose_alerts(session, settings=parts.settings, now=parts.now)
        if not ids:
            return made
        made += len(ids)


def _write_calls(parts: Parts) -> int:
    made = 0
    while True:
        with open_session(parts.engine) as session:
            ids = compose_calls(session, settings=parts.settings, now=parts.now)
        if not ids:
            return made
        made += len(ids)


def _print_receipt(parts: Parts, sweep_id: int) -> None:
    with open_session(parts.engine) as session:
        row = session.get_one(Sweep, sweep_id)
    table = Table(
        "examined",
        "new",
        "changed",
        "quarantined",
        "unexamined",
        title=f"Sweep {row.id}: {row.state}",
    )
    table.add_row(*map(str, (row.examined, row.new, row.changed, row.quarantined, row.unexamined)))
    console.print(table)
    if row.note:
        console.print(row.note)
