"""Write the calls of deliveries from their rows, if their readers may get them at this moment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery.endpoint_queries import endpoints_by_ids
from tidings.delivery.endpoints import EndpointVault, is_live
from tidings.delivery.models import Delivery, DeliveryKind, Endpoint, EndpointKind
from tidings.delivery.senders.chat import ChatCall
from tidings.delivery.senders.webhook import WebhookCall
from tidings.flows.write_mail import Withheld
from tidings.notices.call_queries import CallRows, count_told, rows_of_calls
from tidings.notices.calls import Matter, chat_text, chat_title, event_of, many_text
from tidings.notices.letter_queries import changes_told, saved_searches
from tidings.notices.links import Links
from tidings.notices.models import Notice, NoticeState
from tidings.notices.reasons import REASONS, Reason, SearchReason
from tidings.pages.showing import official_title
from tidings.projects.models import Award, Change
from tidings.projects.queries import canonical_at
from tidings.projects.wording import worst_first
from tidings.rendering.speech import speech_of
from tidings.searches.models import SavedSearch
from tidings.searches.queries import awards_by_ids
from tidings.subscribers.models import Subscriber, SubscriberState

WebCall = WebhookCall | ChatCall
OFF = "the endpoint is switched off"


class CallDesk:
    """Everything that the calls of a batch are written from, as it stands now.

    The body of a webhook is made of what does not change any more: the next attempt says the same,
    unless its reader takes another language or renames a search meanwhile.
    """

    def __init__(
        self, session: Session, deliveries: Sequence[Delivery], settings: Settings, now: datetime
    ) -> None:
        self._session = session
        self._settings = settings
        self._now = now
        self._vault = EndpointVault(settings.secret)
        self._endpoints = endpoints_by_ids(session, {one.endpoint_id or 0 for one in deliveries})
        self._rows: CallRows = rows_of_calls(session, {one.notice_id or 0 for one in deliveries})
        self._reasons: dict[int, tuple[Reason, ...]] = {
            key: REASONS.validate_python(notice.reasons)
            for key, notice in self._rows.notices.items()
        }
        everything = [reason for told in self._reasons.values() for reason in told]
        changed = {one for reason in everything for one in reason.change_ids}
        self._changes: Mapping[int, Change] = changes_told(session, changed)
        finds = [one for one in everything if isinstance(one, SearchReason)]
        self._saved: Mapping[int, SavedSearch] = saved_searches(
            session, {one.saved_search_id for one in finds}
        )
        appl_ids = {one.appl_id for one in (*finds, *self._changes.values())}
        self._awards: Mapping[int, Award] = awards_by_ids(session, appl_ids)

    def call(self, delivery: Delivery) -> WebCall | Withheld:
        """Return the call of a delivery, or why it must not go out; changes no row.

        Raises RejectedError for an address that was sealed with another secret.
        """
        endpoint = self._endpoints.get(delivery.endpoint_id or 0)
        notice = self._rows.notices.get(delivery.notice_id or 0)
        if endpoint is None or not is_live(endpoint):
            return Withheld(OFF)
        if notice is None or notice.state is NoticeState.SKIPPED:
            return Withheld("there is nothing left to tell")
        reader = self._rows.readers[notice.subscriber_id]
        if reader.state is not SubscriberState.ACTIVE:
            return Withheld(f"the reader's consent is {reader.state}")
        return self._written(delivery, endpoint, notice, reader)

    def _written(
        self, delivery: Delivery, endpoint: Endpoint, notice: Notice, reader: Subscriber
    ) -> WebCall:
        speech = speech_of(reader.language)
        links = Links(self._settings.site_url, reader.language)
        address = self._vault.address(endpoint)
        if delivery.kind is DeliveryKind.ROLL_UP:
            number = count_told(self._session, notice.subscriber_id, notice.sweep_id)
            text = many_text(number, notice.sweep_id, links, speech)
            return ChatCall(address, speech.say("Much news at once"), text)
        matter = self._matter(notice)
        if endpoint.kind is EndpointKind.CHAT:
            text = chat_text(matter, links, speech, names_searches=reader.names_searches)
            return ChatCall(address, chat_title(matter, speech), text)
        secrets = self._vault.secrets(endpoint).signing(now=self._now)
        body = event_of(matter, links, speech).model_dump_json().encode()
        return WebhookCall(delivery.key, address, secrets, body)

    def _matter(self, notice: Notice) -> Matter:
        reasons = self._reasons[stored_id(notice.id)]
        ids = sorted({one for reason in reasons for one in reason.change_ids})
        changes = worst_first([self._changes[one] for one in ids if one in self._changes])
        saved = [
            self._saved[reason.saved_search_id]
            for reason in reasons
            if isinstance(reason, SearchReason) and reason.saved_search_id in self._saved
        ]
        project = self._rows.projects[notice.project_id]
        title = next(self._titles(reasons, changes), project.title)
        return Matter(notice, project.key, official_title(title), reasons, changes, saved)

    def _titles(self, reasons: Sequence[Reason], changes: Sequence[Change]) -> Iterator[str]:
        """Give the titles of the versions that the notice is about, the weightiest first."""
        finds = [reason for reason in reasons if isinstance(reason, SearchReason)]
        for one in (*changes, *finds):
            if (award := self._awards.get(one.appl_id)) is not None:
                yield canonical_at(self._session, award, one.version).get("project_title") or ""
