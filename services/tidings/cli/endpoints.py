"""Readers' webhooks and chats, as operators may see them: without addresses."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from tidings.cli.parts import console, open_parts
from tidings.db.base import stored_id
from tidings.db.session import open_reader, open_session
from tidings.delivery.endpoint_queries import all_endpoints, count_calls
from tidings.delivery.endpoints import is_live
from tidings.delivery.models import DeliveryState, Endpoint
from tidings.errors import RejectedError
from tidings.flows import replay_calls as replaying

endpoints = typer.Typer(no_args_is_help=True, help="Readers' webhooks and chats.")

MISSED = (DeliveryState.FAILED, DeliveryState.SUPPRESSED)


@endpoints.command("list")
def list_endpoints(
    *,
    limit: Annotated[int, typer.Option(help="how many, newest first", min=1, max=1000)] = 50,
) -> None:
    """List them: whose, how they stand, and how their calls went."""
    with open_parts() as parts, open_reader(parts.engine) as session:
        rows = all_endpoints(session, limit=limit)
        counts = count_calls(session, [stored_id(row.id) for row in rows])
        table = Table("endpoint", "reader", "kind", "state", "sent", "missed", "failures", box=None)
        for row in rows:
            count = counts[stored_id(row.id)]
            missed = sum(count.get(state, 0) for state in MISSED)
            sent = count.get(DeliveryState.SENT, 0)
            state = "on" if is_live(row) else f"off: {row.disabled_reason}"
            whose = (row.id, row.subscriber_id, row.kind, state, sent, missed, row.failures)
            table.add_row(*map(str, whose))
    console.print(table)


@endpoints.command()
def replay(
    endpoint: Annotated[int, typer.Argument(help="its number, see `tidings endpoints list`")],
    *,
    days: Annotated[int, typer.Option(help="how far back", min=1, max=90)] = 7,
) -> None:
    """Let an endpoint have again what it missed; `tidings deliver` or a worker sends it."""
    with open_parts() as parts, open_session(parts.engine) as session:
        row = session.get(Endpoint, endpoint)
        if row is None:
            raise RejectedError(f"there is no endpoint {endpoint}")
        ids = replaying.replay_calls(
            session,
            endpoint,
            subscriber_id=row.subscriber_id,
            since=parts.now - timedelta(days=days),
            now=parts.now,
            operator="command line",
        )
    console.print(f"{len(ids)} calls are waiting to be made again.")
