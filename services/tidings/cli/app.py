"""The commands, and the edge where an error becomes a sentence."""

import sys

import typer
from rich.markup import escape
from sqlalchemy.exc import OperationalError

from tidings import __version__
from tidings.cli import (
    agents,
    audits,
    belongings,
    conditions,
    doctor,
    drafts,
    editors,
    endpoints,
    intake,
    linked,
    lists,
    mail,
    own_data,
    pipeline,
    previews,
    readers,
    reasons,
    recordings,
    running,
    studies,
    suppressions,
)
from tidings.cli.parts import console_errors
from tidings.config import Settings
from tidings.errors import TidingsError
from tidings.logs import configure_logs
from tidings.wiring import read_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Watches NIH RePORTER and tells people what changed.",
)
for command in (
    running.up,
    running.sandbox,
    running.migrate,
    pipeline.sweep,
    pipeline.digest,
    pipeline.deliver,
    pipeline.recover,
    audits.audit,
    intake.bounce,
    suppressions.suppress,
    suppressions.unsuppress,
    suppressions.suppressions,
    readers.follow,
    readers.save,
    readers.search,
    studies.study,
    studies.changes,
    belongings.follows,
    belongings.searches,
    agents.mcp,
    own_data.export,
    own_data.forget,
    recordings.replay,
    reasons.why,
    reasons.why_not,
):
    app.command()(command)
app.add_typer(conditions.conditions, name="conditions")
app.add_typer(doctor.doctor, name="doctor")
app.add_typer(editors.editors, name="editors")
app.add_typer(endpoints.endpoints, name="endpoints")
app.add_typer(belongings.own_feeds, name="feeds")
app.add_typer(intake.mailbox, name="mailbox")
app.add_typer(lists.lists, name="lists")
app.add_typer(mail.mail, name="mail")
app.add_typer(drafts.pages, name="pages")
app.add_typer(linked.papers, name="papers")
app.add_typer(previews.preview, name="preview")
app.add_typer(belongings.tokens, name="tokens")
app.add_typer(linked.trials, name="trials")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _quiet(settings: Settings) -> Settings:
    """Leave the screen to the progress bars, unless somebody asked for more."""
    asked = "log_level" in settings.model_fields_set
    return settings if asked else settings.model_copy(update={"log_level": "warning"})


def main() -> None:
    """Run a command; what Tidings refuses on purpose is one plain sentence, never a traceback."""
    try:
        configure_logs(_quiet(read_settings()))
        app()
    except OperationalError as error:
        console_errors.print(
            f"[bold red]tidings:[/] the database failed: {escape(str(error.orig))}", highlight=False
        )
        sys.exit(1)
    except TidingsError as error:
        console_errors.print(f"[bold red]tidings:[/] {escape(str(error))}", highlight=False)
        sys.exit(1)
