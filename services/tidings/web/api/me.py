"""Who the reader is whose program asks, and what they were told."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from tidings.notices.notice_queries import notices_of, stories_of
from tidings.subscribers.models import Subscriber
from tidings.web.api.answers import OWN, refusals
from tidings.web.api.own_shapes import Me, Notices, Token
from tidings.web.api.own_telling import told_notice
from tidings.web.api.programs import MayReadMe, MayReadNotices
from tidings.web.site import site_of

router = APIRouter(prefix="/v1/me", tags=["Yours"])

MOST = 100

Before = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="only those before this id")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many at most")]


@router.get("", responses=refusals(*OWN))
def get_me(request: Request, asking: MayReadMe) -> Me:
    """Give the reader's settings, and what the token allows."""
    with site_of(request).reading() as session:
        reader = session.get_one(Subscriber, asking.reader_id)
    token = Token(name=asking.name, scopes=list(asking.scopes), expires_at=asking.expires_at)
    return Me(
        language=reader.language,
        time_zone=reader.time_zone,
        digest_hour=reader.digest_hour,
        quiet_from=reader.quiet_from,
        quiet_until=reader.quiet_until,
        heartbeat=reader.heartbeat,
        names_searches=reader.names_searches,
        token=token,
    )


@router.get("/notices", responses=refusals(*OWN))
def list_notices(
    request: Request, asking: MayReadNotices, before: Before = None, limit: Limit = 50
) -> Notices:
    """Give what the reader was told and is to be told, newest first, with every reason."""
    with site_of(request).reading() as session:
        notices = notices_of(session, asking.reader_id, before=before, limit=limit + 1)
        told = notices[:limit]
        stories = stories_of(session, told)
    return Notices(
        notices=[told_notice(notice, stories) for notice in told],
        before=told[-1].id if len(notices) > limit else None,
    )
