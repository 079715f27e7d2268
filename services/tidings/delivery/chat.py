"""The chat services that a reader may name, through Apprise and under our own rules.

Apprise knows how each service is spoken to. Where it may go is ours to say: five services, of
which alone the code is loaded, none of the options that an Apprise address can carry (one of them
reads files), and no connection but through the guarded client.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tidings.delivery.guarding import Rules, is_loopback, read_target
from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable


class Service(NamedTuple):
    """A chat service: what people call it, Apprise's schemes for it, and where its code is."""

    name: str
    schemes: tuple[str, ...]
    module: str
    kind: str


SERVICES = (
    Service("Slack", ("slack",), "slack", "NotifySlack"),
    Service("Microsoft Teams", ("workflow", "workflows"), "workflows", "NotifyWorkflows"),
    Service("Discord", ("discord",), "discord", "NotifyDiscord"),
    Service("ntfy", ("ntfy", "ntfys"), "ntfy", "NotifyNtfy"),
    Service("Telegram", ("tgram",), "telegram", "NotifyTelegram"),
)

NAMES = tuple(service.name for service in SERVICES)
KEPT_OPTIONS = frozenset({"api-version", "sig", "sp", "sv", "pa"})
"""What a Teams address has behind its question mark; everything else there is left out."""

PLAIN = {"include_image": False, "include_footer": False}
"""No pictures, no marks of other people's."""

IS_INSTALLED = find_spec("apprise") is not None


def open_room(address: str, rules: Rules) -> Any:
    """Return Apprise's object for an address, or for the web address that a service shows.

    Raises RejectedError, in words, for anything that is not a room that we write to.
    """
    if not IS_INSTALLED:
        raise RejectedError(
            Sayable("Chats are not set up here: the operator can add them with tidings[chat].")
        )
    for kind, parsed in _readings(_without_options(address.strip())):
        try:
            room = kind(**parsed | PLAIN, asset=_asset())
        except TypeError:  # a token is not as the service makes them
            continue
        if _is_plain(room):
            return _restrained(room, rules)
    raise RejectedError(
        Sayable("This is no chat address that we know. We write to {names}.", names=NAMES)
    )


def _readings(address: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Give what each service makes of an address, if it makes anything of it."""
    scheme = urlsplit(address).scheme
    for service in SERVICES:
        if scheme in {*service.schemes, "https"}:
            kind: Any = getattr(_module(service.module), service.kind)
            parse = kind.parse_native_url if scheme == "https" else kind.parse_url
            if parsed := parse(address):
                yield kind, parsed


def _module(name: str) -> Any:
    return import_module(f"apprise.plugins.{name}")  # an extra that not everybody has


def _asset() -> Any:
    return import_module("apprise").AppriseAsset(
        app_id="Tidings", app_desc="Tidings", app_url="", image_url_mask="", image_url_logo=""
    )


def _without_options(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name in KEPT_OPTIONS]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def _is_plain(room: Any) -> bool:
    """Say whether one post is all that it takes: one room, and no bot that looks things up."""
    is_bot = getattr(room, "mode", "") == "bot"
    return len(room) == 1 and not is_bot and not getattr(room, "detect_owner", False)


def _restrained(room: Any, rules: Rules) -> Any:
    """Hold a service on a host of the reader's own choosing to https, but for this machine."""
    if room.host and room.secure_protocol != "slack":
        is_here = rules.local and is_loopback(room.host)
        room.secure = room.secure or not is_here
        scheme = "https" if room.secure else "http"
        port = f":{room.port}" if room.port else ""
        read_target(f"{scheme}://{room.host}{port}/", rules)
    return room
