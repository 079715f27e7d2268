"""A reader who has something in every table that knows readers."""

from conftest import NOW
from site_of_tests import KEY, LATER, fill
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.endpoints import EndpointVault, Secrets, new_secret
from tidings.delivery.models import Endpoint, EndpointKind
from tidings.flows.enroll import enroll
from tidings.flows.follow_watchlist import follow_watchlist
from tidings.flows.publish_watchlist import Reach, publish_watchlist
from tidings.flows.request_address_change import request_address_change
from tidings.flows.save_search import save_search
from tidings.flows.write_watchlist import Draft, write_watchlist
from tidings.notices.models import DigestRun
from tidings.subscribers.models import ApiToken, Cadence, Editor, Token, TokenPurpose
from tidings.subscribers.tokens import new_token

NEW_ADDRESS = "moved@clinic.org"
HOOK = "https://hooks.example/secret-part-of-the-address"
OTHER = "other@clinic.org"


def publish(engine: Engine, reader: int, lines: str = KEY, title: str = "Stiff tissue") -> str:
    """Publish a list of a reader's; return its slug."""
    with open_session(engine) as session:
        draft = Draft(title, "", "en", lines)
        row = write_watchlist(session, draft, subscriber_id=reader, now=LATER)
        publish_watchlist(
            session, stored_id(row.id), Reach.EVERYBODY, subscriber_id=reader, now=LATER
        )
        return row.slug


def fill_for_one(engine: Engine, settings: Settings) -> tuple[int, int]:
    """Fill the store; return the reader who has all, and another, who follows their list."""
    reader = fill(engine, settings).subscriber_id
    with open_session(engine) as session:
        other = enroll(session, OTHER, time_zone="UTC", settings=settings, now=NOW)
    mine, theirs = publish(engine, reader), publish(engine, other, title="Another's")
    with open_session(engine) as session:
        for follower, slug in ((other, mine), (reader, theirs)):
            follow_watchlist(
                session, subscriber_id=follower, slug=slug, cadence=Cadence.WEEKLY, now=LATER
            )
        save_search(
            session,
            subscriber_id=reader,
            name="Cells",
            text="immune cells",
            cadence=Cadence.WEEKLY,
            now=LATER,
        )
        request_address_change(
            session, subscriber_id=reader, address=NEW_ADDRESS, settings=settings, now=LATER
        )
        _add_rows(session, reader, EndpointVault(settings.secret))
        session.commit()
    return reader, other


def _add_rows(session: Session, reader: int, vault: EndpointVault) -> None:
    session.add(
        Endpoint(
            subscriber_id=reader,
            kind=EndpointKind.WEBHOOK,
            label="Mine",
            address=vault.seal(HOOK),
            secret=vault.seal_secrets(Secrets(current=new_secret())),
            created_at=LATER,
        )
    )
    session.add(
        Token(
            token_hash=new_token()[1],
            purpose=TokenPurpose.SESSION,
            subscriber_id=reader,
            created_at=LATER,
            expires_at=LATER,
        )
    )
    session.add(
        ApiToken(
            token_hash=new_token()[1],
            subscriber_id=reader,
            name="script",
            scopes=["read"],
            created_at=LATER,
        )
    )
    session.add(Editor(subscriber_id=reader, role="nurse", granted_by="operator", granted_at=LATER))
    session.add(
        DigestRun(
            subscriber_id=reader,
            cadence=Cadence.WEEKLY,
            period_start=NOW,
            period_end=LATER,
            started_at=LATER,
        )
    )
