"""What a mail about a subscription itself says, ready for its templates (pure)."""

from dataclasses import dataclass
from datetime import date, datetime

from tidings.notices.letters import (
    AlertLetter,
    DigestLetter,
    Footer,
    HeartbeatLetter,
    RollUpLetter,
    SearchLinks,
    Study,
)


@dataclass(frozen=True)
class ConfirmLetter:
    """Asks an address whether it wants what was asked for in its name."""

    wishes: tuple[str, ...]
    confirm_url: str
    life: str
    footer: Footer


@dataclass(frozen=True)
class WelcomeStudy:
    """A study that the reader follows from now on."""

    study: Study
    cadence: str


@dataclass(frozen=True)
class WelcomeSearch:
    """A search that is saved from now on, and what it matches already; None matches where unknown.

    ``newest`` are the studies seen last of those, a few.
    """

    search: SearchLinks
    cadence: str
    matches: int | None
    newest: tuple[Study, ...]


@dataclass(frozen=True)
class WelcomeLetter:
    """Says what the reader follows now, and what is there already: after it comes only news."""

    follows: tuple[WelcomeStudy, ...]
    more_follows: int
    searches: tuple[WelcomeSearch, ...]
    more_searches: int
    read_on: date | None
    footer: Footer


@dataclass(frozen=True)
class GoodbyeLetter:
    """Says that everything has ended."""

    footer: Footer


@dataclass(frozen=True)
class SignInLetter:
    """Brings the link that signs its reader in."""

    sign_in_url: str
    life: str
    footer: Footer


@dataclass(frozen=True)
class ChangeAddressLetter:
    """Asks a new address whether it is the reader's."""

    change_url: str
    life: str
    footer: Footer


@dataclass(frozen=True)
class AddressChangedLetter:
    """Tells the old address that mail goes elsewhere now."""

    changed_on: date
    contact: str
    footer: Footer


@dataclass(frozen=True)
class EndpointDisabledLetter:
    """Says that a webhook or a chat was switched off, and why."""

    kind: str
    label: str
    reason: str
    disabled_on: date | None
    settings_url: str
    footer: Footer


@dataclass(frozen=True)
class BrakePulledLetter:
    """Tells the operator that all mail is stopped, and why."""

    reason: str
    pulled_by: str
    pulled_at: datetime | None
    ops_url: str
    footer: Footer


Letter = (
    AddressChangedLetter
    | AlertLetter
    | BrakePulledLetter
    | ChangeAddressLetter
    | ConfirmLetter
    | DigestLetter
    | EndpointDisabledLetter
    | GoodbyeLetter
    | HeartbeatLetter
    | RollUpLetter
    | SignInLetter
    | WelcomeLetter
)
