"""The settings: one class, each field described, read once from ``TIDINGS_*``."""

from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Literal

from pydantic import EmailStr, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tidings.clock import Clock
from tidings.errors import RejectedError

MIN_SECRET = 32
NO_BROKER = "none"
MAILBOXES = ("maildir", "imaps", "imap")
BROKERS = ("redis", "rediss", "redis+socket", "amqp", "amqps")


class Settings(BaseSettings):
    """What an operator may set; every default runs on a laptop."""

    model_config = SettingsConfigDict(env_prefix="TIDINGS_", frozen=True, extra="forbid")

    data_dir: Path = Field(default=Path(".tidings"), description="database, keys, sockets, inbox")
    database_url: str = Field(default="", description="SQLite in the data folder unless set")
    broker_url: str = Field(
        default="",
        description="redis:// (Redis, Valkey), amqp:// (RabbitMQ), or `none` to work without a "
        "broker; embedded Valkey unless set",
    )
    worker_pool: Literal["threads", "prefork"] = Field(
        default="threads", description="how a worker does several tasks at once"
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="signs links and hides addresses; kept in the data folder unless set",
    )
    site_url: str = Field(
        default="http://127.0.0.1:8000", description="where readers reach the site"
    )
    host: str = Field(default="127.0.0.1", description="address that the site listens on")
    port: int = Field(default=8000, description="port that the site listens on", ge=0, le=65535)
    limits: float = Field(
        default=1.0,
        description="what visitors may ask of forms and searches, as a multiple of what is usual; "
        "no limits if 0",
        ge=0,
    )
    trusted_proxies: int = Field(
        default=0,
        description="proxies of yours in front of the site, each adding to X-Forwarded-For; at 0 "
        "nobody believes that header, and all who come through a proxy count as one",
        ge=0,
    )
    page_cache_mb: int = Field(
        default=64,
        description="memory for rendered pages in each process of the site; none are kept if 0",
        ge=0,
    )
    ops_password: SecretStr = Field(
        default=SecretStr(""),
        description="for /ops and /inbox; needed unless the site listens on loopback",
    )

    reporter_url: str = Field(
        default="https://api.reporter.nih.gov", description="RePORTER or a sandbox"
    )
    reporter_interval: float = Field(
        default=1.2, description="seconds between two requests, all processes", ge=0
    )
    reporter_timeout: float = Field(default=60.0, description="seconds to wait for an answer", gt=0)
    contact: str = Field(default="", description="address or page named in the User-Agent")
    papers_requests_a_day: int = Field(
        default=100,
        description="requests a day for the papers of studies, 50 studies each; none are read if 0",
        ge=0,
    )
    scope_years: int = Field(
        default=2, description="fiscal years to sweep, this one counted", ge=1, le=50
    )
    scope_active: bool = Field(default=True, description="sweep active projects of older years too")
    scope_agencies: tuple[str, ...] = Field(
        default=(), description="institutes to watch, e.g. NCI; all if empty"
    )
    scope_states: tuple[str, ...] = Field(
        default=(), description="two-letter states to watch; all if empty"
    )

    sender: Literal["capture", "smtp"] = Field(
        default="capture", description="capture fills the inbox page"
    )
    mail_from: EmailStr = Field(
        default="tidings@example.org", description="address that mail comes from"
    )
    mail_name: str = Field(default="Tidings", description="name that mail comes from")
    postal_address: str = Field(
        default="", description="where the sender is reached by letter; shown in mails if set"
    )
    reply_to: EmailStr | None = Field(
        default=None, description="address of a person who reads answers; where mail is from else"
    )
    dkim_selector: str = Field(
        default="tidings", description="name in the DNS of the key that signs mail"
    )
    dkim_key_file: Path | None = Field(
        default=None, description="its private half, PEM, RSA of 2048 bits; no signature unless set"
    )
    dkim_second_selector: str = Field(
        default="tidings2", description="the same of a second key, when keys change"
    )
    dkim_second_key_file: Path | None = Field(
        default=None, description="RSA, or Ed25519 beside the first: few verify that alone"
    )
    templates_dir: Path | None = Field(
        default=None,
        description="your own templates of mails, mail/<name>/..., which come before ours",
    )
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    roll_up_after: int = Field(
        default=10,
        description="alerts that one sweep may bring a reader; more become one mail",
        ge=1,
    )
    alerts_a_day: int = Field(
        default=30,
        description="alerts that a reader gets in 24 hours; what is more waits for a digest",
        ge=1,
    )
    brake_mails_a_day: int = Field(
        default=0,
        description="mails in 24 hours after which mail stops until `tidings mail resume`; "
        "no limit if 0",
        ge=0,
    )
    operator_address: EmailStr | None = Field(
        default=None, description="who is told, by mail, that mail was stopped"
    )
    bounce_domain: str = Field(
        default="",
        description="domain of the return paths that say which mail came back; where mail is from "
        "unless set, and then nothing in a returned mail is signed",
    )
    mailbox_url: SecretStr = Field(
        default=SecretStr(""),
        description="where returned mail arrives: maildir:///folder or "
        "imaps://user:password@host/INBOX; nothing is read unless set",
    )
    ses_topic_arn: str = Field(
        default="", description="SNS topic that Amazon SES tells of bounces; refused unless set"
    )
    postmark_hook_password: SecretStr = Field(
        default=SecretStr(""),
        description="password in the address that Postmark calls; refused unless set",
    )
    sendgrid_hook_key: str = Field(
        default="", description="public key of SendGrid's signed events; refused unless set"
    )
    delivery_lease: float = Field(
        default=90.0,
        description="seconds for which a worker has a batch of mail: a dead one's waits so long; "
        "more than twice the 30 that a mail server may take to answer",
        gt=0,
        le=1800,
    )

    llm_url: str = Field(
        default="",
        description="where a language model speaks the chat protocol of OpenAI, e.g. "
        "http://127.0.0.1:11434/v1; no drafts unless set",
    )
    llm_model: str = Field(default="", description="name of the model that drafts study pages")
    llm_key: SecretStr = Field(default=SecretStr(""), description="key of that server, if it asks")
    llm_timeout: float = Field(
        default=60.0,
        description="seconds that one answer may take; a draft is asked for twice at most",
        gt=0,
        le=240,
    )
    drafts_a_day: int = Field(
        default=20, description="drafts that may be asked for in 24 hours", ge=0
    )

    allow_local_endpoints: bool = Field(
        default=False,
        description="lets webhooks and chats be on this machine, without TLS; for a laptop alone",
    )

    clock_speed: float = Field(
        default=1.0, description="calendar seconds a machine second; the demo's", gt=0
    )
    clock_calendar_epoch: datetime | None = None
    clock_machine_epoch: datetime | None = None

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("mailbox_url")
    @classmethod
    def _is_a_mailbox(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value().partition("://")[0] in {"", *MAILBOXES}:
            return url
        raise ValueError(f"it begins with one of {', '.join(MAILBOXES)}")

    @field_validator("broker_url")
    @classmethod
    def _is_a_broker(cls, url: str) -> str:
        if url in {"", NO_BROKER} or url.partition("://")[0] in BROKERS:
            return url
        raise ValueError(f"it begins with one of {', '.join(BROKERS)}, or is `{NO_BROKER}`")

    @property
    def can_draft(self) -> bool:
        """Whether there is a language model to ask for drafts."""
        return bool(self.llm_url and self.llm_model)

    @property
    def has_broker(self) -> bool:
        """Whether bells go through a broker; without one, whoever works looks at the rows."""
        return self.broker_url != NO_BROKER

    @cached_property
    def clock(self) -> Clock:
        """The calendar that this process lives by."""
        if self.clock_calendar_epoch is None or self.clock_machine_epoch is None:
            return Clock()
        return Clock(
            speed=self.clock_speed,
            calendar_epoch=self.clock_calendar_epoch,
            machine_epoch=self.clock_machine_epoch,
        )

    @property
    def database(self) -> str:
        """The database address in use."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'tidings.db'}"

    @property
    def delivery_lease_time(self) -> timedelta:
        """How long a worker may have a batch of mail before it counts as dead."""
        return timedelta(seconds=self.delivery_lease)

    @property
    def journal_dir(self) -> Path:
        """The folder of what workers have in hand, see delivery.journal."""
        return self.data_dir / "journals"

    @property
    def unreadable_dir(self) -> Path:
        """The folder of returned mail that a human has to look at."""
        return self.data_dir / "unreadable"

    @property
    def return_domain(self) -> str:
        """The domain that mail comes back to."""
        return self.bounce_domain or self.mail_domain

    @property
    def mail_domain(self) -> str:
        """The right-hand side of our Message-IDs."""
        return self.mail_from.rpartition("@")[2]

    @cached_property
    def secret(self) -> bytes:
        """The key that signs links and hides addresses, made on first use.

        Raises RejectedError when it is too short or cannot be kept.
        """
        given = self.secret_key.get_secret_value() or self._kept_secret()
        if len(given) < MIN_SECRET:
            raise RejectedError(f"TIDINGS_SECRET_KEY needs at least {MIN_SECRET} characters")
        return given.encode()

    def _kept_secret(self) -> str:
        path = self.data_dir / "secret.key"
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            try:
                with path.open("x", encoding="ascii") as file:
                    path.chmod(0o600)
                    file.write(token_hex(32))
            except FileExistsError:
                pass
            return path.read_text(encoding="ascii").strip()
        except OSError as error:
            raise RejectedError(
                f"cannot keep the secret key in {path}: {error.strerror}; "
                "set TIDINGS_DATA_DIR to a folder you may write to"
            ) from error
