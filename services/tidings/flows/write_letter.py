"""Write the letter of a delivery from its rows, as they are at this moment."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.errors import RejectedError
from tidings.flows.write_studies import Told, told_by
from tidings.notices.letter_queries import run_of, sweeps_by_ids
from tidings.notices.letters import (
    MOST_PER_SEARCH,
    MOST_STUDIES,
    AlertLetter,
    ConfirmLetter,
    DigestLetter,
    Footer,
    GoodbyeLetter,
    Letter,
    Receipt,
    SearchBlock,
)
from tidings.projects.models import Sweep
from tidings.projects.queries import project_by_key
from tidings.projects.wording import headline
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Subscriber
from tidings.subscribers.queries import token_by_hash
from tidings.subscribers.tokens import Scope, open_token, token_hash, unsubscribe_token
from tidings.subscribers.wishes import WISHES, Wish

CONFIRM_HOURS = 48
LATE = timedelta(days=1)


def write_letter(session: Session, delivery: Delivery, settings: Settings) -> Letter:
    """Return what this delivery says; changes no row.

    Raises RejectedError when there is nothing left to say.
    """
    reader = session.get_one(Subscriber, delivery.subscriber_id)
    match delivery.kind:
        case DeliveryKind.CONFIRM:
            return _confirm(session, delivery, reader, settings)
        case DeliveryKind.GOODBYE:
            why = "You get this because you asked us to stop."
            return GoodbyeLetter(Footer(why, unsubscribe_url="", home_url=settings.site_url))
        case DeliveryKind.CHANGE_ALERT:
            return _alert(session, delivery, reader, settings)
        case DeliveryKind.DIGEST:
            return _digest(session, delivery, reader, settings)


def unsubscribe_url(settings: Settings, scope: Scope) -> str:
    """Return the link that ends ``scope``."""
    return f"{settings.site_url}/unsubscribe/{unsubscribe_token(settings.secret, scope)}"


def _confirm(
    session: Session, delivery: Delivery, reader: Subscriber, settings: Settings
) -> ConfirmLetter:
    secret = open_token(settings.secret, delivery.secret)
    token = token_by_hash(session, token_hash(secret))
    if token is None:
        raise RejectedError("the confirm link has been used or withdrawn")
    wishes = WISHES.validate_python(token.wishes)
    return ConfirmLetter(
        wishes=tuple(_words(session, wish) for wish in wishes),
        confirm_url=f"{settings.site_url}/confirm/{secret}",
        hours=CONFIRM_HOURS,
        footer=_footer(settings, reader, "You get this because this address was typed at Tidings."),
    )


def _words(session: Session, wish: Wish) -> str:
    # The text of a search is somebody's typing, perhaps not the reader's: it is not sent on.
    parts: list[str] = []
    if wish.follow_key is not None and (project := project_by_key(session, wish.follow_key)):
        parts.append(f"news of study {project.key}, {project.title}")
    if wish.search_text is not None:
        parts.append("new studies that match a saved search")
    return f"{' and '.join(parts) or 'news'} ({wish.cadence})"


def _alert(
    session: Session, delivery: Delivery, reader: Subscriber, settings: Settings
) -> AlertLetter:
    told = told_by(session, stored_id(delivery.id), settings)
    if not told:
        raise RejectedError("there is nothing left to tell")
    first = told[0]
    searches = ", ".join(f"“{saved.name}”" for saved in first.saved)
    why = (
        f"You get this at once because your search {searches} found it."
        if searches
        else "You get this at once because you follow this study."
    )
    receipts = _receipts(session, told, settings)
    return AlertLetter(
        headline=headline(first.changes),
        study=first.study,
        receipt=receipts[0] if receipts else None,
        footer=_footer(settings, reader, why),
        stop_search_url="" if first.is_followed else _stop_search_url(settings, first.saved[0]),
    )


def _stop_search_url(settings: Settings, saved: SavedSearch) -> str:
    scope = Scope(saved.subscriber_id, saved_search_id=stored_id(saved.id))
    return unsubscribe_url(settings, scope)


def _digest(
    session: Session, delivery: Delivery, reader: Subscriber, settings: Settings
) -> DigestLetter:
    told = told_by(session, stored_id(delivery.id), settings)
    run = run_of(session, stored_id(delivery.id))
    if not told or run is None:
        raise RejectedError("there is nothing left to tell")
    followed = sorted((one for one in told if one.is_followed), key=Told.order)
    shown = [one.study for one in followed[:MOST_STUDIES]]
    blocks = _blocks(told, settings, room=MOST_STUDIES - len(shown))
    lengths = {"daily": 1, "weekly": 7, "monthly": 31}
    usual = timedelta(days=lengths[run.cadence.value])
    return DigestLetter(
        cadence=run.cadence.value,
        period_start=run.period_start,
        period_end=run.period_end,
        followed=tuple(shown),
        more_followed=len(followed) - len(shown),
        searches=tuple(blocks),
        receipts=tuple(_receipts(session, told, settings)),
        changes=sum(len(one.changes) for one in followed),
        found=sum(1 for one in told if not one.is_followed),
        late=run.period_end - run.period_start > usual + LATE,
        footer=_footer(
            settings,
            reader,
            f"You get this {run.cadence} digest of what you follow and search for.",
        ),
    )


def _blocks(told: Sequence[Told], settings: Settings, *, room: int) -> list[SearchBlock]:
    found: dict[int, list[Told]] = {}
    for one in told:
        if not one.is_followed:  # a study is shown once, under the first search that found it
            found.setdefault(stored_id(one.saved[0].id), []).append(one)
    blocks: list[SearchBlock] = []
    for ones in found.values():
        shown = ones[: min(MOST_PER_SEARCH, max(room, 0))]
        room -= len(shown)
        saved = ones[0].saved[0]
        blocks.append(
            SearchBlock(
                name=saved.name,
                text=saved.text,
                studies=tuple(one.study for one in shown),
                more=len(ones) - len(shown),
                more_url=f"{settings.site_url}/studies?q={quote(saved.text)}",
                stop_url=_stop_search_url(settings, saved),
            )
        )
    return blocks


def _receipts(session: Session, told: Sequence[Told], settings: Settings) -> list[Receipt]:
    return [
        _receipt(sweep, settings)
        for sweep in sweeps_by_ids(session, {one.sweep_id for one in told})
    ]


def _receipt(sweep: Sweep, settings: Settings) -> Receipt:
    return Receipt(
        swept_on=sweep.started_at,
        examined=sweep.examined,
        changed=sweep.changed,
        unexamined=sweep.unexamined,
        url=f"{settings.site_url}/sweeps/{sweep.id}",
    )


def _footer(settings: Settings, reader: Subscriber, why: str) -> Footer:
    everything = Scope(stored_id(reader.id))
    return Footer(why, unsubscribe_url(settings, everything), settings.site_url)
