"""A reader's program gets another token in place of its own while the process may be killed."""

from collections.abc import Iterator

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from tests.chaos.scene import Scene

from tidings.clock import machine_now
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.end_api_token import end_api_token
from tidings.flows.enroll import enroll
from tidings.flows.make_api_token import TokenWish, make_api_token
from tidings.flows.note_api_use import note_api_use
from tidings.subscribers.api_token_queries import live_api_tokens
from tidings.subscribers.models import ApiToken

READER = "programmer@clinic.org"
WISH = TokenWish("a script", ("read:me",))


def make_token(scene: Scene, engine: Engine) -> None:
    """Make the first token."""
    with open_session(engine) as session:
        reader = _reader(scene, session)
        make_api_token(session, WISH, subscriber_id=reader, now=machine_now())


def renew_token(scene: Scene, engine: Engine) -> None:
    """Make another, use it, and end all that came before."""
    with open_session(engine) as session:
        reader = _reader(scene, session)
        _, row = make_api_token(session, WISH, subscriber_id=reader, now=machine_now())
        new = stored_id(row.id)
        note_api_use(session, new, now=machine_now())
        for one in live_api_tokens(session, reader):
            if one.id != new:
                end_api_token(session, stored_id(one.id), subscriber_id=reader, now=machine_now())


def has_one_token_in_use(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether one is left, and it was used."""
    live = session.exec(select(ApiToken).where(col(ApiToken.ended_at).is_(None))).all()
    if [one.last_used_at is not None for one in live] != [True]:
        yield f"{len(live)} tokens are left, and not one that was used"


def _reader(scene: Scene, session: Session) -> int:
    settings = scene.settings
    return enroll(session, READER, time_zone="UTC", settings=settings, now=machine_now())
