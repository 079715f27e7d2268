"""Show what a reader would get: a sample of each mail, or all that a search would have sent."""

from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from tidings.cli.parts import console, open_parts, read_settings
from tidings.errors import RejectedError
from tidings.flows.preview_search import Preview, preview_search
from tidings.flows.replay_search import PastMail
from tidings.flows.scratch import Reader
from tidings.notices.samples import SITE, sample_letters, sample_variants
from tidings.rendering.environment import environment
from tidings.rendering.filters import day, plural
from tidings.rendering.lint import WAY_OUT, lint
from tidings.rendering.mail import render
from tidings.rendering.message import Rendered
from tidings.rendering.slots import SLOT
from tidings.rendering.speech import LANGUAGES, SOURCE_LANGUAGE, speech_of
from tidings.subscribers.models import Cadence

STUDIES = 5
"""Studies found now that are shown."""

preview = typer.Typer(no_args_is_help=True, help="Show what a reader would get.")

Html = Annotated[bool, typer.Option("--html", help="the HTML part, not the text")]


@preview.command()
def mail(
    name: Annotated[str, typer.Argument(help="e.g. digest, digest-late, change-alert")],
    *,
    language: Annotated[str, typer.Option(help="en or es")] = SOURCE_LANGUAGE,
    html: Html = False,
    check: Annotated[bool, typer.Option("--lint", help="only say what is wrong with it")] = False,
) -> None:
    """Print a mail as a reader would get it, about invented studies."""
    if language not in LANGUAGES:
        raise RejectedError(f"we do not write {language!r}; there are {', '.join(LANGUAGES)}")
    usual = {one: (one, letter) for one, letter in sample_letters(language).items()}
    letters = usual | dict(sample_variants(language))
    if name not in letters:
        raise RejectedError(f"there is no mail {name!r}; there are {', '.join(letters)}")
    templates = environment(read_settings().templates_dir, speech=speech_of(language))
    sample = render(templates, *letters[name])
    if check:
        _print_findings(sample)
        return
    body = sample.html if html else sample.text
    _print_mail(sample.subject, body.replace(SLOT, "your-own-token"))


@preview.command()
def search(  # noqa: PLR0913 - a search, and the ways to look at it
    query: Annotated[str, typer.Argument(help="a search, e.g. 'title:trop2 AND state:AZ'")],
    *,
    cadence: Annotated[Cadence, typer.Option(help="how often to be told")] = Cadence.WEEKLY,
    weeks: Annotated[int, typer.Option(help="how far to look back")] = 26,
    time_zone: Annotated[str, typer.Option(help="IANA time zone of the reader")] = Reader.time_zone,
    number: Annotated[
        int, typer.Option("--mail", help="print this mail, counted from 1; -1 is the last")
    ] = 0,
    html: Html = False,
    as_json: Annotated[bool, typer.Option("--json", help="all of it, for machines")] = False,
) -> None:
    """Show what a search finds now, and the very mails it would have sent in the last weeks."""
    with open_parts() as parts:
        found = preview_search(
            parts.engine,
            query,
            cadence=cadence,
            now=parts.now,
            settings=parts.settings,
            weeks=weeks,
            reader=Reader(time_zone=time_zone),
        )
    if as_json:
        typer.echo(orjson.dumps(_plain(found), option=orjson.OPT_INDENT_2).decode())
    elif number:
        chosen = _chosen(found, number)
        _print_mail(chosen.subject, chosen.html if html else chosen.text)
    else:
        _print_preview(found)


def _chosen(found: Preview, number: int) -> PastMail:
    there = len(found.mails)
    if not there:
        raise RejectedError("this search would have sent no mail")
    if not 1 <= abs(number) <= there:
        raise RejectedError(f"there is no mail {number}; there are 1 to {there}")
    return found.mails[number - 1 if number > 0 else number]


def _print_mail(subject: str, body: str) -> None:
    console.print(f"Subject: {subject}\n", markup=False, highlight=False)
    console.print(body, markup=False, highlight=False, soft_wrap=True)


def _print_findings(mail: Rendered) -> None:
    """Print what is wrong with a mail; anything grave is a failure."""
    found = lint(mail, site_url=SITE, has_way_out=WAY_OUT in mail.html)
    for one in found:
        _say(f"{'grave' if one.is_grave else 'poor'}  {one.rule}: {one.words}")
    if not found:
        _say("It keeps to every rule.")
    if any(one.is_grave for one in found):
        raise typer.Exit(1)


def _say(words: str) -> None:
    console.print(words, markup=False, highlight=False, soft_wrap=True)


def _print_preview(found: Preview) -> None:
    _say(f"Understood: {found.read_back}")
    _say(f"It finds {_hits(found)} now.")
    for hit in found.hits.hits[:STUDIES]:
        _say(f"  {hit.project.key}  {hit.project.title}")
    _say(f"\n{found.covers}")
    if found.weeks:
        _print_weeks(found)
    for words in found.left_out:
        _say(words)
    for advice in found.advice:
        _say(f"! {advice.words}" + (f"  {advice.text}" if advice.text else ""))
    if found.mails:
        _say(f"\n{plural(found.mails_in_all, 'mail')} ({found.cadence}); --mail 1 prints one:")
    for number, one in enumerate(found.mails, start=1):
        _say(f"  {number:>3}  {day(one.sent_at)}  {one.subject}")


def _print_weeks(found: Preview) -> None:
    most = max((week.studies + week.changes for week in found.weeks), default=0)
    table = Table("week from", "studies", "changes", "mails", "", box=None)
    for week in found.weeks:
        about = "~" if week.is_estimate else ""
        bar = "▇" * round(20 * (week.studies + week.changes) / most) if most else ""
        counts = (f"{about}{count:,}" for count in (week.studies, week.changes, week.mails))
        table.add_row(day(week.starts_at), *counts, bar)
    console.print(table)


def _hits(found: Preview) -> str:
    about = "" if found.hits.is_exact else "about "
    return about + plural(found.hits.count, "study", "studies")


def _plain(found: Preview) -> dict[str, Any]:
    return {
        "read_back": found.read_back,
        "cadence": found.cadence,
        "hits": found.hits.count,
        "hits_are_exact": found.hits.is_exact,
        "studies": [hit.project.key for hit in found.hits.hits[:STUDIES]],
        "covers": found.covers,
        "weeks": found.weeks,
        "mails_in_all": found.mails_in_all,
        "mails": found.mails,
        "left_out": found.left_out,
        "advice": found.advice,
    }
