"""What a saved search should have told since it was saved, from the stored history alone."""

import sys
from datetime import datetime

from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.session import open_reader
from tidings.errors import RejectedError
from tidings.flows.look_back import look_back
from tidings.flows.replay_search import Replay, replay_search
from tidings.flows.scratch import Reader, Saved
from tidings.projects.past_queries import Span, watched_since
from tidings.searches.grammar import parse
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Subscriber


def replay_saved(
    engine: Engine, saved_search_id: int, *, until: datetime, settings: Settings
) -> Replay:
    """Return what this saved search should have told from its first day to ``until``.

    Equal, byte for byte, to what its reader got, if it is all that they asked for, has not been
    changed since, and their mails went out when they were due. Changes no row. Raises RejectedError
    when there is no such saved search, or no history yet.
    """
    with open_reader(engine) as session:
        row = session.get(SavedSearch, saved_search_id)
        if row is None or watched_since(session) is None:
            raise RejectedError(f"there is no history of a saved search {saved_search_id}")
        reader = session.get_one(Subscriber, row.subscriber_id)
        look = look_back(session, parse(row.text), Span(row.created_at, until), most=sys.maxsize)
    who = Reader(
        time_zone=reader.time_zone,
        digest_hour=reader.digest_hour,
        subscriber_id=row.subscriber_id,
        saved_search_id=saved_search_id,
        search_id=row.search_id,
        names_searches=reader.names_searches,
        language=reader.language,
        quiet_from=reader.quiet_from,
        quiet_until=reader.quiet_until,
    )
    saved = Saved(row.text, row.cadence, row.name, who, row.cadence_by_kind, row.threshold)
    return replay_search(look.past, saved, span=look.span, settings=settings)
