"""Say why somebody was told, and why somebody was not."""

from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape
from rich.text import Text

from tidings.cli.parts import console, open_parts
from tidings.db.base import stored_id
from tidings.db.session import open_reader
from tidings.delivery.lookup_queries import deliveries_named
from tidings.errors import RejectedError
from tidings.flows.explain_delivery import explain_delivery
from tidings.flows.explain_silence import explain_silence
from tidings.notices.accounts import (
    ClauseAccount,
    DeliveryReasons,
    FollowAccount,
    SearchAccount,
    StudyAccount,
)
from tidings.notices.silences import Finding, Outcome, Silence
from tidings.projects.wording import ChangeLine
from tidings.rendering.filters import day, moment, plural
from tidings.searches.explain import Failure

MOST_NAMED = 10
"""Deliveries that are listed when a name fits several."""

JsonOption = Annotated[bool, typer.Option("--json", help="the same as one JSON object")]


def why(
    delivery: Annotated[
        str, typer.Argument(help="id, Message-ID, or beginning of a key, e.g. digest:7:weekly")
    ],
    *,
    as_json: JsonOption = False,
) -> None:
    """Say why a mail was sent: the follows and searches behind it, what held, what became of it."""
    with open_parts() as parts, open_reader(parts.engine) as session:
        named = deliveries_named(session, delivery.strip(), limit=MOST_NAMED)
        if not named:
            raise RejectedError(f"there is no delivery {delivery!r}")
        if len(named) > 1:
            keys = ", ".join(f"{row.id} ({row.key})" for row in named)
            raise RejectedError(f"{delivery!r} names several deliveries: {keys}")
        found = explain_delivery(session, stored_id(named[0].id))
    if as_json:
        _print_json(found)
    else:
        _print_delivery(found)


def why_not(
    address: Annotated[str, typer.Argument(help="the reader's e-mail address")],
    project: Annotated[str, typer.Argument(help="project key, e.g. CA286969")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Say why a reader was not told of a project, for each follow and each saved search.

    Ends with 1 when there is no good reason: then somebody should look, see `tidings audit`.
    """
    with open_parts() as parts, open_reader(parts.engine) as session:
        found = explain_silence(session, address, project, now=parts.now, settings=parts.settings)
    first, *_ = found.findings
    if first.outcome is Outcome.NEVER_SEEN:
        raise RejectedError(f"{first.words} `tidings search` finds keys")
    if as_json:
        _print_json(found)
    else:
        _print_silence(found)
    raise typer.Exit(0 if found.is_explained else 1)


def _print_json(found: Any) -> None:
    typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


def _say(text: str | Text, *, indent: int = 0) -> None:
    console.print(Text(" " * indent).append(text), highlight=False, soft_wrap=True)


def _print_delivery(found: DeliveryReasons) -> None:
    kind = found.kind.replace("_", " ")
    console.print(f"[bold]Delivery {found.delivery_id}[/], {kind} to reader {found.reader_id}")
    _say(f"It {found.standing}.")
    if found.subject:
        _say(f"Subject: {found.subject}")
    _say(found.why)
    for study in found.studies:
        _print_study(study)
    if found.events:
        _say("\nWhat happened to it:")
    for event in found.events:
        what = event.kind.replace("_", " ")
        detail = f": {event.detail}" if event.detail else ""
        _say(f"{moment(event.at)}  {what}{detail}", indent=2)


def _print_study(study: StudyAccount) -> None:
    console.print(f"\n[bold]{escape(study.key)}[/]  {escape(study.title)}", highlight=False)
    repeat = "; an earlier digest may have told it" if study.may_repeat else ""
    _say(
        f"News of sweep {study.sweep_id} of {moment(study.swept_at)}, {study.severity}{repeat}.",
        indent=2,
    )
    for reason in study.reasons:
        if isinstance(reason, FollowAccount):
            since, ended = day(reason.since), _ended(reason)
            _say(f"The reader follows it since {since} ({reason.cadence}){ended}.", indent=2)
        else:
            _print_search(reason)
        for line in reason.changes:
            _say(_change(line), indent=4)


def _print_search(reason: SearchAccount) -> None:
    since, ended = day(reason.since), _ended(reason)
    _say(
        f"The search “{reason.name}”, saved {since} ({reason.cadence}){ended}, found it in record "
        f"{reason.appl_id}, version {reason.version}.",
        indent=2,
    )
    _say(f"typed: {reason.text}", indent=4)
    _say(f"meant: {reason.canonical}", indent=4)
    for clause in reason.clauses:
        _print_clause(clause)


def _print_clause(clause: ClauseAccount) -> None:
    if clause.spans:
        how = f"found in the {clause.field.lower()}"
    else:
        how = f"the record says {clause.excerpt}" if clause.excerpt else "it happened"
    again = "" if clause.holds_again else ", which does not hold on this version any more"
    _say(f"{clause.means}: {how}{again}", indent=4)
    if clause.spans:
        _say(_marked(clause.excerpt, clause.spans), indent=6)


def _ended(reason: FollowAccount | SearchAccount) -> str:
    return f", until {day(reason.ended_at)}" if reason.ended_at else ""


def _change(line: ChangeLine) -> str:
    values = (
        f": was {line.was}, now {line.now}" if line.was else f": {line.now}" if line.now else ""
    )
    return f"{line.mark} {line.label}{values}, seen {day(line.seen)}"


def _marked(excerpt: str, spans: tuple[tuple[int, int], ...]) -> Text:
    """Return an excerpt with what was found highlighted, or between asterisks without colours."""
    text, at = Text("“"), 0
    star = "" if console.is_terminal else "*"
    for start, end in spans:
        text.append(excerpt[at:start]).append(f"{star}{excerpt[start:end]}{star}", "bold reverse")
        at = end
    return text.append(f"{excerpt[at:]}”")


def _print_silence(found: Silence) -> None:
    console.print(f"[bold]{escape(found.project_key)}[/]  {escape(found.title)}", highlight=False)
    for finding in found.findings:
        _print_finding(finding)


def _print_finding(finding: Finding) -> None:
    colour = {Outcome.TOLD: "green", Outcome.UNEXPLAINED: "bold red"}.get(finding.outcome, "yellow")
    about = f" {escape(finding.about)}:" if finding.about else ""
    label = finding.outcome.replace("_", " ")
    said = f"[{colour}]{label}[/]{about} {escape(finding.words)}"
    console.print(said, highlight=False, soft_wrap=True)
    for failure in finding.failures:
        _print_failure(failure, indent=2)
    if finding.others:
        _say(f"({plural(finding.others, 'other')} looked at, none nearer)", indent=2)


def _print_failure(failure: Failure, *, indent: int) -> None:
    _say(f"{failure.means}: {failure.because}", indent=indent)
    for hit in failure.found:
        if hit.spans:
            _say(_marked(hit.excerpt, hit.spans), indent=indent + 2)
    for inner in failure.inner:
        _print_failure(inner, indent=indent + 2)
