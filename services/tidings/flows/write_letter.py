"""Write the letters of deliveries from their rows, as they are at this moment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.flows.write_digest import News, read_news
from tidings.flows.write_plain import Papers, read_papers
from tidings.flows.write_welcome import Beginnings, read_beginnings
from tidings.notices import letter_queries as queries
from tidings.notices.links import Links
from tidings.notices.plain_letters import Letter
from tidings.notices.voices import Voice
from tidings.rendering.speech import speech_of
from tidings.subscribers.models import Subscriber
from tidings.subscribers.zones import zone_or_utc


@dataclass(frozen=True)
class Desk:
    """Everything that the letters of a batch are written from: it asks the database no more."""

    readers: Mapping[int, Subscriber]
    news: News
    papers: Papers
    beginnings: Mapping[int, Beginnings]
    watched: Mapping[int, tuple[int, int]]
    settings: Settings

    def letter(self, delivery: Delivery) -> Letter:
        """Return what this delivery says: the same for everyone whom it says the same to.

        Raises RejectedError when there is nothing left to say.
        """
        reader = self.readers[delivery.subscriber_id]
        voice = voice_of(reader, self.settings)
        match delivery.kind:
            case DeliveryKind.DIGEST:
                return self.news.digest(delivery, reader, voice)
            case DeliveryKind.HEARTBEAT:
                return self.news.heartbeat(delivery, self.watched[stored_id(reader.id)], voice)
            case DeliveryKind.WELCOME:
                return self.beginnings[stored_id(delivery.id)].welcome(delivery, voice)
            case _:
                return self._short_letter(delivery, voice)

    def _short_letter(self, delivery: Delivery, voice: Voice) -> Letter:
        write = {
            DeliveryKind.CONFIRM: self.papers.confirm,
            DeliveryKind.CHANGE_ALERT: self.news.alert,
            DeliveryKind.ROLL_UP: self.news.roll_up,
            DeliveryKind.GOODBYE: self.papers.goodbye,
            DeliveryKind.SIGN_IN: self.papers.sign_in,
            DeliveryKind.CHANGE_ADDRESS: self.papers.change_address,
            DeliveryKind.ADDRESS_CHANGED: self.papers.address_changed,
            DeliveryKind.ENDPOINT_DISABLED: self.papers.endpoint_disabled,
            DeliveryKind.BRAKE_PULLED: self.papers.brake_pulled,
        }
        return write[delivery.kind](delivery, voice)


def open_desk(session: Session, deliveries: Collection[Delivery], settings: Settings) -> Desk:
    """Read what the letters of these deliveries need: about ten queries, however many they are.

    Changes no row. The deliveries are mails of any kinds.
    """
    readers = queries.readers_of(session, {one.subscriber_id for one in deliveries})
    return Desk(
        readers=readers,
        news=read_news(session, deliveries),
        papers=read_papers(session, deliveries, settings),
        beginnings={
            stored_id(one.id): read_beginnings(session, one)
            for one in deliveries
            if one.kind is DeliveryKind.WELCOME
        },
        watched={
            one.subscriber_id: queries.count_watched(session, one.subscriber_id)
            for one in deliveries
            if one.kind is DeliveryKind.HEARTBEAT
        },
        settings=settings,
    )


def write_letter(session: Session, delivery: Delivery, settings: Settings) -> Letter:
    """Return what this one delivery says; changes no row.

    Raises RejectedError when there is nothing left to say.
    """
    return open_desk(session, [delivery], settings).letter(delivery)


def voice_of(reader: Subscriber, settings: Settings) -> Voice:
    """Return how a reader is written to."""
    speech = speech_of(reader.language)
    return Voice(
        speech=speech,
        links=Links(settings.site_url, speech.language),
        zone=zone_or_utc(reader.time_zone),
        postal_address=settings.postal_address,
    )
