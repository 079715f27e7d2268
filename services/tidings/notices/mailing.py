"""Which list a mail belongs to, and what one press of "unsubscribe" ends of it (pure)."""

from dataclasses import dataclass

from tidings.notices.letters import (
    AlertLetter,
    DigestLetter,
    HeartbeatLetter,
    RollUpLetter,
)
from tidings.notices.links import Links
from tidings.notices.plain_letters import Letter


@dataclass(frozen=True)
class Mailing:
    """What mail programs are told of a mail beside its text; links have the reader's slot.

    ``list_name`` is empty for a mail that is no list's, but an answer to what somebody did.
    ``thread`` names what the alerts of one study answer to, one thread a reader.
    """

    list_name: str = ""
    unsubscribe_url: str = ""
    archive_url: str = ""
    thread: str = ""


def mailing_of(letter: Letter, links: Links, subscriber_id: int) -> Mailing:
    """Return the mailing that a letter belongs to.

    An alert names, and its one press ends, the study or the search that it is about; of any other
    mail it ends everything.
    """
    match letter:
        case AlertLetter(study=study, search=search):
            return Mailing(
                f"search-{search.search_id}" if search else f"study-{study.key}",
                search.stop_url if search else links.stop_study(study.key),
                study.url,
                f"study-{study.key}.{subscriber_id}",
            )
        case DigestLetter(cadence=cadence):
            return Mailing(f"digest-{cadence}", links.unsubscribe, letter.all_url)
        case RollUpLetter():
            return Mailing("alerts", links.unsubscribe, letter.all_url)
        case HeartbeatLetter():
            return Mailing("heartbeat", links.unsubscribe)
        case _:
            return Mailing(unsubscribe_url=links.unsubscribe)
