"""The brake of mail: stop all of it, let it go on, say how it stands."""

from getpass import getuser
from typing import Annotated

import typer

from tidings.cli.parts import console, open_parts
from tidings.db.session import open_reader, open_session
from tidings.delivery.ops_queries import count_by_state
from tidings.delivery.queries import DUE_STATES
from tidings.delivery.standings import stopped_words
from tidings.flows.pull_brake import pull_brake
from tidings.flows.release_brake import release_brake
from tidings.rendering.filters import plural
from tidings.upkeep.brakes import brake_of

mail = typer.Typer(no_args_is_help=True, help="Stop all mail, and let it go on.")


@mail.command()
def pause(reason: Annotated[str, typer.Argument(help="why; operators read it")]) -> None:
    """Let no mail go out any more; what is due waits. The operator is told."""
    with open_parts() as parts, open_session(parts.engine) as session:
        pull_brake(session, reason=reason, by=getuser(), settings=parts.settings, now=parts.now)
    status()


@mail.command()
def resume() -> None:
    """Let mail go out again; what has waited follows within a minute."""
    with open_parts() as parts, open_session(parts.engine) as session:
        release_brake(session, by=getuser(), now=parts.now)
    status()


@mail.command()
def status() -> None:
    """Say whether mail goes out, and how much of it waits."""
    with open_parts() as parts, open_reader(parts.engine) as session:
        stopped, counts = stopped_words(brake_of(session)), count_by_state(session)
        waiting = sum(counts[state] for state in DUE_STATES)
        limit = parts.settings.brake_mails_a_day
    console.print(stopped or "Mail goes out.", highlight=False, markup=False)
    console.print(f"{plural(waiting, 'message')} waiting to be sent.", highlight=False)
    if limit:
        console.print(f"It stops after {plural(limit, 'mail')} in 24 hours.", highlight=False)
