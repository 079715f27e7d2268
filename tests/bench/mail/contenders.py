"""Who sends the digests, and what each message costs the process that sends it."""

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import css_inline
import django
from django.conf import settings as django_settings
from django.core import mail as django_mail
from jinja2 import Environment, FileSystemLoader

from tidings.config import Settings
from tidings.delivery.models import Delivery
from tidings.delivery.senders.smtp import Relay, SmtpSender
from tidings.flows import write_mail as writing
from tidings.flows.write_mail import Recipient
from tidings.notices.plain_letters import Letter
from tidings.rendering.environment import environment
from tidings.rendering.folder import templates_folder
from tidings.rendering.mail import render
from tidings.rendering.message import Rendered
from tidings.rendering.slots import SLOT
from tidings.subscribers.tokens import mail_token

NAME = "digest"
SCRIPT = Path(__file__).with_name("nodemailer.cjs")
POOL = 10


@dataclass(frozen=True)
class Task:
    """One digest to one reader: what it says, and to whom."""

    delivery: Delivery
    letter: Letter
    recipient: Recipient

    def token(self, settings: Settings) -> str:
        """Return what the reader's links carry."""
        return mail_token(settings.secret, self.delivery.subscriber_id, self.delivery.message_id)


def ours(tasks: Sequence[Task], settings: Settings, port: int) -> float:
    """Render, encode, sign if there is a key, and send; nothing is kept from an earlier round."""
    writing.mail_templates.cache_clear()
    writing.press.cache_clear()
    sender = SmtpSender(Relay("127.0.0.1", port, tls="none"))
    warm, *timed = tasks  # loads the templates and opens the connection
    sender.send(_mail(warm, settings), lambda: None)
    start = process_time()
    for task in timed:
        sender.send(_mail(task, settings), lambda: None)
    spent = process_time() - start
    sender.close()
    return spent / len(timed) * 1e6


def _mail(task: Task, settings: Settings) -> Any:
    return writing.write_mail(task.delivery, task.letter, task.recipient, settings)


def naive_templates() -> Environment:
    """Return the same templates as anybody would load them: classes stay, nothing is kept."""
    made = environment()
    made.loader = FileSystemLoader(templates_folder())
    names: dict[str, Any] = {"once": _each_time}
    made.globals.update(names)
    return made


def _each_time(macro: Callable[[Any], str], item: Any) -> str:
    return macro(item)


def rendered_for(task: Task, templates: Environment, settings: Settings) -> Rendered:
    """Return what one reader sees, rendered for that reader alone."""
    token = task.token(settings)
    mail = render(templates, NAME, task.letter)
    return Rendered(mail.subject, mail.text.replace(SLOT, token), mail.html.replace(SLOT, token))


def with_django(tasks: Sequence[Task], settings: Settings, port: int) -> float:
    """Render with Jinja2, inline with css-inline, and send with Django over one connection."""
    peer_settings: Any = django_settings
    if not peer_settings.configured:
        peer_settings.configure(DEFAULT_CHARSET="utf-8", USE_TZ=True)
        django.setup()
    sheet = (templates_folder() / "mail/_base/inline.css").read_text(encoding="utf-8")
    inliner = css_inline.CSSInliner(extra_css=sheet)
    templates = naive_templates()
    peer: Any = django_mail
    connection = peer.get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port
    )
    send = partial(_send_with_django, connection, inliner, templates, settings)
    warm, *timed = tasks
    connection.open()
    send(warm)
    start = process_time()
    for task in timed:
        send(task)
    spent = process_time() - start
    connection.close()
    return spent / len(timed) * 1e6


def _send_with_django(
    connection: Any, inliner: Any, templates: Environment, settings: Settings, task: Task
) -> None:
    mail = rendered_for(task, templates, settings)
    link = f"<{settings.site_url}/unsubscribe/{task.token(settings)}>"
    peer: Any = django_mail
    message = peer.EmailMultiAlternatives(
        mail.subject,
        mail.text,
        f"{settings.mail_name} <{settings.mail_from}>",
        [task.recipient.address],
        headers={
            "Message-ID": task.delivery.message_id,
            "List-Unsubscribe": link,
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Feedback-ID": "digest:en:tidings",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(inliner.inline(mail.html), "text/html")
    connection.send_messages([message])


def install_nodemailer(folder: Path) -> str:
    """Install nodemailer into a folder; return its version."""
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "nodemailer@^10"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)  # noqa: S603 - fixed
    package = folder / "node_modules/nodemailer/package.json"
    return str(json.loads(package.read_bytes())["version"])


def write_bodies(tasks: Sequence[Task], settings: Settings, path: Path) -> None:
    """Write the finished bodies for nodemailer: it only has to send them."""
    templates = writing.mail_templates()
    bodies: list[dict[str, str]] = []
    for task in tasks:
        mail = rendered_for(task, templates, settings)
        bodies.append(
            {
                "to": task.recipient.address,
                "id": task.delivery.message_id,
                "link": f"{settings.site_url}/unsubscribe/{task.token(settings)}",
                "from": f"{settings.mail_name} <{settings.mail_from}>",
                **vars(mail),
            }
        )
    path.write_text(json.dumps(bodies), encoding="utf-8")


def with_nodemailer(folder: Path, bodies: Path, messages: int, port: int) -> float:
    """Send with a pool of connections; return what a message costs its process."""
    command = ["node", str(SCRIPT), str(bodies), str(port), str(messages), str(POOL)]
    done = subprocess.run(  # noqa: S603 - our own script
        command,
        env={"NODE_PATH": str(folder / "node_modules"), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        check=True,
        capture_output=True,
        timeout=300,
    )
    return float(done.stdout)
