"""What one reader has: follows, saved searches, secret feeds, tokens of their programs."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.table import Table
from sqlmodel import Session

from tidings.cli.parts import Parts, console, open_parts
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.flows.close_feed import close_feed
from tidings.flows.end_api_token import end_api_token
from tidings.flows.make_api_token import TokenWish, make_api_token
from tidings.flows.open_feed import open_feed
from tidings.flows.unsubscribe import Part, unsubscribe
from tidings.notices.silence_queries import reader_by_hash
from tidings.projects.sweep_queries import projects_by_ids
from tidings.rendering.filters import day
from tidings.searches.queries import live_saved_searches
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.api_token_queries import live_api_tokens
from tidings.subscribers.models import EndedReason
from tidings.subscribers.queries import live_follows
from tidings.subscribers.scopes import ApiScope
from tidings.subscribers.tokens import Scope

Address = Annotated[str, typer.Argument(help="the reader's e-mail address")]
SearchNumber = Annotated[
    int | None, typer.Option(help="a saved search, see `tidings searches`; the calendar unless set")
]

tokens = typer.Typer(no_args_is_help=True, help="Tokens of readers' programs, for the API.")
own_feeds = typer.Typer(no_args_is_help=True, help="Secret addresses of readers' feeds.")


@dataclass(frozen=True)
class _Reader:
    """A reader by their address, and what a flow needs to act for them."""

    id: int
    parts: Parts
    session: Session

    def stop(self, scope: Scope, part: Part | None = None) -> None:
        """End one thing."""
        unsubscribe(
            self.session,
            scope,
            part=part,
            reason=EndedReason.BY_OPERATOR,
            settings=self.parts.settings,
            now=self.parts.now,
        )


def follows(
    address: Address,
    *,
    stop: Annotated[str, typer.Option(help="the key of a study to follow no more")] = "",
) -> None:
    """List what a reader follows, or stop one."""
    with _reader(address) as reader:
        if stop:
            reader.stop(Scope(reader.id), Part(study=stop))
        rows = live_follows(reader.session, reader.id)
        projects = projects_by_ids(reader.session, {row.project_id for row in rows})
    by_id = {project.id: project for project in projects}
    table = Table("study", "title", "cadence", "since", box=None)
    for row in rows:
        project = by_id[row.project_id]
        table.add_row(project.key, project.title, row.cadence, day(row.created_at))
    console.print(table)


def searches(
    address: Address,
    *,
    stop: Annotated[int | None, typer.Option(help="the number of a search to end")] = None,
) -> None:
    """List what a reader searches for, or end one."""
    with _reader(address) as reader:
        if stop is not None:
            reader.stop(Scope(reader.id, saved_search_id=stop))
        rows = live_saved_searches(reader.session, reader.id)
    table = Table("search", "name", "text", "cadence", "since", box=None)
    for row in rows:
        cells = (row.name, row.text, row.cadence.value)
        table.add_row(str(row.id), *cells, day(row.created_at))
    console.print(table)


@tokens.command()
def make(
    address: Address,
    name: Annotated[str, typer.Argument(help="what the token is for")],
    *,
    scope: Annotated[list[ApiScope] | None, typer.Option(help="what it may do")] = None,
    days: Annotated[int | None, typer.Option(help="30, 90 or 365; no end unless set")] = None,
) -> None:
    """Make a token and print it, this once."""
    wish = TokenWish(name, scope or (ApiScope.READ_ME,), days)
    with _reader(address) as reader:
        secret, row = make_api_token(
            reader.session, wish, subscriber_id=reader.id, now=reader.parts.now
        )
    typer.echo(secret)
    console.print(f"Token {row.id}: {', '.join(row.scopes)}", highlight=False)


@tokens.command("list")
def list_tokens(address: Address) -> None:
    """List the tokens of a reader that were not ended."""
    with _reader(address) as reader:
        rows = live_api_tokens(reader.session, reader.id)
    table = Table("token", "name", "scopes", "until", "last wrote", box=None)
    for row in rows:
        until = day(row.expires_at) if row.expires_at else "it is ended"
        cells = (row.name, ", ".join(row.scopes), until, day(row.last_used_at))
        table.add_row(str(row.id), *cells)
    console.print(table)


@tokens.command()
def end(address: Address, token: Annotated[int, typer.Argument(help="its number")]) -> None:
    """End a token of a reader at once."""
    with _reader(address) as reader:
        if token not in {row.id for row in live_api_tokens(reader.session, reader.id)}:
            raise RejectedError(f"they have no token {token}")
        end_api_token(reader.session, token, subscriber_id=reader.id, now=reader.parts.now)
    console.print("It has ended.")


@own_feeds.command("open")
def open_(address: Address, *, search: SearchNumber = None) -> None:
    """Make a secret address and print it, this once; the one before it ends."""
    with _reader(address) as reader:
        secret = open_feed(reader.session, subscriber_id=reader.id, saved_search_id=search)
        home = reader.parts.settings.site_url.rstrip("/")
    for form in ("calendar.ics",) if search is None else ("search.atom", "search.json"):
        typer.echo(f"{home}/feeds/{secret}/{form}")


@own_feeds.command()
def close(address: Address, *, search: SearchNumber = None) -> None:
    """Switch a secret address off."""
    with _reader(address) as reader:
        close_feed(reader.session, subscriber_id=reader.id, saved_search_id=search)
    console.print("It is off.")


@contextmanager
def _reader(address: str) -> Generator[_Reader]:
    with open_parts() as parts, open_session(parts.engine) as session:
        name = AddressBook(parts.settings.secret).hash(normalise(address))
        row = reader_by_hash(session, name)
        if row is None:
            raise RejectedError("nobody has asked for anything with this address")
        yield _Reader(stored_id(row.id), parts, session)
