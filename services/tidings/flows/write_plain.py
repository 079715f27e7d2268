"""Write letters about a subscription itself, from rows read for a whole batch at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from tidings.config import Settings
from tidings.delivery.endpoints import why_off
from tidings.delivery.models import Delivery, DeliveryKind, Endpoint
from tidings.errors import RejectedError
from tidings.notices import letter_queries as queries
from tidings.notices.plain_letters import (
    AddressChangedLetter,
    BrakePulledLetter,
    ChangeAddressLetter,
    ConfirmLetter,
    EndpointDisabledLetter,
    GoodbyeLetter,
    SignInLetter,
)
from tidings.notices.voices import Voice
from tidings.projects.models import Project
from tidings.rendering.speech import Sayable, Speech
from tidings.subscribers.models import Cadence, Token
from tidings.subscribers.tokens import open_token, token_hash
from tidings.subscribers.wishes import WISHES, Wish
from tidings.upkeep.models import Brake

MAIL_BRAKE = "mail"

CADENCES = {
    Cadence.IMMEDIATE: Sayable("as it happens"),
    Cadence.DAILY: Sayable("daily"),
    Cadence.WEEKLY: Sayable("weekly"),
    Cadence.MONTHLY: Sayable("monthly"),
    Cadence.PAUSED: Sayable("paused"),
}


@dataclass(frozen=True)
class Papers:
    """The secrets, tokens and rows that letters of a batch rest on."""

    secrets: Mapping[int, str]
    tokens: Mapping[str, Token]
    projects: Mapping[str, Project]
    endpoints: Mapping[int, Endpoint]
    brake: Brake | None
    settings: Settings

    def confirm(self, delivery: Delivery, voice: Voice) -> ConfirmLetter:
        """Return the letter that asks for consent; RejectedError when its link is worth nothing."""
        secret, token = self._secret(delivery)
        wishes = WISHES.validate_python(token.wishes)
        return ConfirmLetter(
            wishes=tuple(self._words(wish, voice.speech) for wish in wishes),
            confirm_url=voice.links.confirm(secret),
            life=life(token, voice.speech),
            footer=voice.footer(
                voice.speech.say("You get this because this address was typed at Tidings.")
            ),
        )

    def sign_in(self, delivery: Delivery, voice: Voice) -> SignInLetter:
        """Return the letter with the link that signs in."""
        secret, token = self._secret(delivery)
        return SignInLetter(
            sign_in_url=voice.links.sign_in(secret),
            life=life(token, voice.speech),
            footer=voice.bare_footer(
                voice.speech.say("You get this because somebody asked to sign in as you.")
            ),
        )

    def change_address(self, delivery: Delivery, voice: Voice) -> ChangeAddressLetter:
        """Return the letter that asks a new address whether it is the reader's."""
        secret, token = self._secret(delivery)
        return ChangeAddressLetter(
            change_url=voice.links.change_address(secret),
            life=life(token, voice.speech),
            footer=voice.bare_footer(
                voice.speech.say("You get this because this address was typed at Tidings.")
            ),
        )

    def address_changed(self, delivery: Delivery, voice: Voice) -> AddressChangedLetter:
        """Return the letter that tells the old address."""
        return AddressChangedLetter(
            changed_on=voice.day(delivery.created_at),
            contact=self.settings.contact,
            footer=voice.bare_footer(
                voice.speech.say("You get this because this was your address at Tidings.")
            ),
        )

    def goodbye(self, _: Delivery, voice: Voice) -> GoodbyeLetter:
        """Return the letter that says that everything has ended."""
        why = voice.speech.say("You get this because you asked us to stop.")
        return GoodbyeLetter(voice.bare_footer(why))

    def endpoint_disabled(self, delivery: Delivery, voice: Voice) -> EndpointDisabledLetter:
        """Return the letter about an endpoint that was switched off, unless it is on again."""
        endpoint = self.endpoints.get(delivery.endpoint_id or 0)
        if endpoint is None or endpoint.disabled_at is None or endpoint.ended_at is not None:
            raise RejectedError("this endpoint is not switched off any more")
        return EndpointDisabledLetter(
            kind=endpoint.kind.value,
            label=endpoint.label,
            reason=voice.speech.say(why_off(endpoint)),
            disabled_on=voice.day(endpoint.disabled_at),
            settings_url=voice.links.endpoints,
            footer=voice.footer(
                voice.speech.say("You get this because you asked for news by this way.")
            ),
        )

    def brake_pulled(self, _: Delivery, voice: Voice) -> BrakePulledLetter:
        """Return the letter about the brake, unless it was released meanwhile."""
        if self.brake is None:
            raise RejectedError("the brake was released")
        return BrakePulledLetter(
            reason=self.brake.reason,
            pulled_by=self.brake.pulled_by,
            pulled_at=self.brake.pulled_at,
            ops_url=f"{self.settings.site_url}/ops",
            footer=voice.bare_footer(
                voice.speech.say("You get this because you are named as the operator.")
            ),
        )

    def _secret(self, delivery: Delivery) -> tuple[str, Token]:
        secret = self.secrets.get(delivery.id or 0, "")
        token = self.tokens.get(token_hash(secret))
        if token is None:
            raise RejectedError("the link has been used or withdrawn")
        return secret, token

    def _words(self, wish: Wish, speech: Speech) -> str:
        # The text of a search is somebody's typing, perhaps not the reader's: it is not sent on.
        parts: list[str] = []
        if wish.follow_key and (project := self.projects.get(wish.follow_key.strip().upper())):
            named = {"key": project.key, "title": project.title}
            parts.append(speech.say("news of study {key}, {title}", **named))
        if wish.search_text is not None:
            parts.append(speech.say("new studies that match a saved search"))
        if wish.watchlist is not None:  # its title is somebody's typing as well
            parts.append(speech.say("what a list of studies names"))
        what = speech.listed(parts) if parts else speech.say("news")
        return speech.say("{what} ({cadence})", what=what, cadence=cadence(wish.cadence, speech))


def cadence(chosen: Cadence, speech: Speech) -> str:
    """Return a cadence in words."""
    return speech.say(CADENCES[chosen])


def life(token: Token, speech: Speech) -> str:
    """Say for how long a link works."""
    lasts = token.expires_at - token.created_at
    if lasts < timedelta(hours=2):
        return speech.count(lasts // timedelta(minutes=1), "{n} minute", "{n} minutes")
    return speech.count(lasts // timedelta(hours=1), "{n} hour", "{n} hours")


def read_papers(session: Session, deliveries: Collection[Delivery], settings: Settings) -> Papers:
    """Read all that the letters of these deliveries rest on, each table at most once."""
    secrets = {
        one.id or 0: open_token(settings.secret, one.secret) for one in deliveries if one.secret
    }
    hashes = {token_hash(secret) for secret in secrets.values()}
    tokens = queries.tokens_by_hash(session, hashes) if hashes else {}
    wishes = [one for token in tokens.values() for one in WISHES.validate_python(token.wishes)]
    keys = {one.follow_key for one in wishes if one.follow_key}
    endpoints = {one.endpoint_id for one in deliveries if one.endpoint_id is not None}
    is_braked = any(one.kind is DeliveryKind.BRAKE_PULLED for one in deliveries)
    return Papers(
        secrets=secrets,
        tokens=tokens,
        projects=queries.projects_by_keys(session, keys) if keys else {},
        endpoints=queries.endpoints_told(session, endpoints) if endpoints else {},
        brake=queries.brake_now(session, MAIL_BRAKE) if is_braked else None,
        settings=settings,
    )
