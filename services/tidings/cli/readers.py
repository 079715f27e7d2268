"""Readers on one's own machine: running the command is the consent."""

from typing import Annotated

import typer
from rich.table import Table

from tidings.cli.parts import console, open_parts
from tidings.db.session import open_reader, open_session
from tidings.errors import RejectedError
from tidings.flows import follow as following
from tidings.flows.enroll import enroll
from tidings.flows.save_search import save_search
from tidings.flows.search_projects import search_projects
from tidings.flows.suggest_names import add_usual_names
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import Cadence

Address = Annotated[str, typer.Argument(help="the reader's e-mail address")]
CadenceOption = Annotated[Cadence, typer.Option(help="how often to be told")]
ZoneOption = Annotated[str, typer.Option(help="IANA time zone of the reader")]


def follow(
    address: Address,
    key: Annotated[str, typer.Argument(help="project key, e.g. CA286969")],
    cadence: CadenceOption = Cadence.WEEKLY,
    time_zone: ZoneOption = "America/New_York",
) -> None:
    """Let a reader follow a project; a second time changes the cadence."""
    with open_parts() as parts, open_session(parts.engine) as session:
        project = project_by_key(session, key.upper())
        if project is None or project.id is None:
            raise RejectedError(f"no project {key} is known here; `tidings search` finds keys")
        reader = enroll(
            session, address, time_zone=time_zone, settings=parts.settings, now=parts.now
        )
        following.follow(
            session, subscriber_id=reader, project_id=project.id, cadence=cadence, now=parts.now
        )
        console.print(f"Following {project.key}, {project.title} ({cadence}).", highlight=False)


def save(
    address: Address,
    query: Annotated[str, typer.Argument(help="a search, e.g. 'title:trop2 AND state:AZ'")],
    name: Annotated[str, typer.Option(help="what to call it in mails")] = "",
    cadence: CadenceOption = Cadence.WEEKLY,
    time_zone: ZoneOption = "America/New_York",
) -> None:
    """Save a search for a reader; what matches now is known and no news."""
    with open_parts() as parts, open_session(parts.engine) as session:
        reader = enroll(
            session, address, time_zone=time_zone, settings=parts.settings, now=parts.now
        )
        saved = save_search(
            session,
            subscriber_id=reader,
            name=name or query,
            text=query,
            cadence=cadence,
            now=parts.now,
        )
        console.print(f"Saved as {saved.name!r} ({cadence}).", highlight=False)


def search(
    query: Annotated[str, typer.Argument(help="a search, e.g. 'title:trop2 AND state:AZ'")],
    *,
    limit: Annotated[int, typer.Option(help="projects to show", min=1, max=1000)] = 20,
    with_synonyms: Annotated[
        bool, typer.Option("--with-synonyms", help="also by other names of its conditions")
    ] = False,
) -> None:
    """Search what is stored here, newest first."""
    with open_parts() as parts, open_reader(parts.engine) as session:
        if with_synonyms:
            query = add_usual_names(session, query).text
            console.print(f"Searching {query}", highlight=False, markup=False, soft_wrap=True)
        found = search_projects(session, query, limit=limit)
        table = Table("project", "title", "organization", box=None)
        for hit in found.hits:
            table.add_row(hit.project.key, hit.project.title, hit.project.organization)
        console.print(table)
        about = "" if found.is_exact else "about "
        console.print(
            f"{len(found.hits)} shown of {about}{found.count:,} found, "
            f"{found.looked_through:,} studies looked through."
        )
