"""End all that a reader has, in the caller's transaction."""

from datetime import datetime

from sqlmodel import Session, col

from tidings.db.base import stored_id
from tidings.delivery.endpoint_queries import end_endpoints
from tidings.delivery.models import DeliveryKind
from tidings.failpoints import failpoint
from tidings.notices.digest_queries import suppress_emptied, untold_notices
from tidings.notices.models import Notice, NoticeState
from tidings.searches.queries import end_saved_searches
from tidings.subscribers.api_token_queries import end_api_tokens
from tidings.subscribers.consent import end
from tidings.subscribers.editor_queries import end_editors
from tidings.subscribers.models import EndedReason, Subscriber, SubscriberState
from tidings.subscribers.queries import delete_schedules, end_follows, expire_tokens
from tidings.upkeep.queries import note_audit
from tidings.watchlists.models import WatchlistFollow
from tidings.watchlists.queries import end_list_follows

UNSUBSCRIBED = "unsubscribed"
WITHDRAWN = {EndedReason.BOUNCED: "bounced", EndedReason.COMPLAINED: "complained"}
"""What notices and mails that still waited say, if it is not that their reader unsubscribed."""

LAST_WORDS = (DeliveryKind.GOODBYE, DeliveryKind.ADDRESS_CHANGED)
"""The mails that go out when all has ended: it is done; and the warning to an old address."""


def end_reader(session: Session, reader: Subscriber, *, reason: EndedReason, now: datetime) -> bool:
    """End everything of a reader, whose row the caller has locked; False when it has ended.

    Nothing that still waits is told afterwards. The caller commits.
    """
    if reader.state is SubscriberState.ENDED:
        return False
    subscriber_id, words = stored_id(reader.id), WITHDRAWN.get(reason, UNSUBSCRIBED)
    end(reader, reason=reason, now=now)
    end_follows(session, subscriber_id, reason=reason, now=now)
    end_saved_searches(session, subscriber_id, reason=reason, now=now)
    theirs = col(WatchlistFollow.subscriber_id) == subscriber_id
    end_list_follows(session, theirs, reason=reason, now=now)
    end_endpoints(session, subscriber_id, now=now)
    end_api_tokens(session, subscriber_id, now=now)
    for editor_id in end_editors(session, subscriber_id, now=now):
        note_audit(session, actor="reader", action="editor.end", thing=f"editor {editor_id}")
    delete_schedules(session, subscriber_id)
    expire_tokens(session, subscriber_id, now=now)
    for notice in untold_notices(session, subscriber_id):
        skip(notice, words)
    failpoint("reader.ended")
    kinds = set(DeliveryKind) - set(LAST_WORDS)  # links that are under way are worth nothing now
    suppress_emptied(session, subscriber_id, kinds=kinds, reason=words, now=now)
    return True


def skip(notice: Notice, words: str = UNSUBSCRIBED) -> None:
    """Let a notice be told by no mail, and say why."""
    notice.state, notice.skipped_reason = NoticeState.SKIPPED, words
    notice.delivery_id = None
