"""Chats: few services, no options, and every byte through the guarded client."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from endpoint_of_tests import EndpointServer, Reply, running_endpoint

from tidings.delivery import chat
from tidings.delivery.answers import GoneError
from tidings.delivery.chat import SERVICES, open_room
from tidings.delivery.guarding import Answer, GuardedClient, Rules, UnreachableError
from tidings.delivery.senders.base import HandingOver, LostReplyError
from tidings.delivery.senders.chat import ChatCall, ChatSender
from tidings.errors import RejectedError, RetryableError

LOCAL = Rules(local=True)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = (
    "https://prod-15.uksouth.logic.azure.com:443/workflows/3XXX5/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=iXNU"
)
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544"


def nothing() -> None:
    """Hand over."""


@pytest.fixture
def endpoint() -> Generator[EndpointServer]:
    with running_endpoint() as running:
        yield running


@dataclass(frozen=True)
class Recorder(GuardedClient):
    """Notes where a message would go: the services themselves cannot be reached from a test."""

    posts: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        handing_over: HandingOver = nothing,
    ) -> Answer:
        self.posts.append((url, body))
        return Answer(200, {}, b"ok")


@pytest.mark.parametrize(
    ("address", "service", "begins"),
    [
        (SLACK, "Slack", "https://hooks.slack.com/services/T1JJ3T3L2/"),
        (
            "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
            "Slack",
            "https://hooks.slack.com/services/T1JJ3T3L2/",
        ),
        (
            "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
            "Discord",
            "https://discord.com/api/webhooks/4174216298/",
        ),
        (TEAMS, "Microsoft Teams", "https://prod-15.uksouth.logic.azure.com:443/workflows/3XXX5/"),
        ("ntfys://my-topic", "ntfy", "https://ntfy.sh"),
        ("ntfy://push.example.org/topic", "ntfy", "https://push.example.org"),
        (TELEGRAM, "Telegram", "https://api.telegram.org/bot123456789:abcdefg_hijklmnop/"),
    ],
)
def test_a_message_goes_to_its_service_in_one_post_over_https(
    address: str, service: str, begins: str
) -> None:
    client = Recorder()
    ChatSender(client).send(ChatCall(address, "News of a study", "End date: 1 <2>"), nothing)
    [(url, body)] = client.posts
    assert url.startswith(begins)
    assert b"News of a study" in body
    assert b"pprise" not in body
    assert b"github" not in body
    kind = type(open_room(address, Rules())).__name__
    assert [one.name for one in SERVICES if one.kind == kind] == [service]


@pytest.mark.parametrize(
    "address",
    [
        *("json://example.org/", "mailto://me:secret@example.org", "file:///etc/passwd"),
        *("dbus://", "syslog://", "windows://", "exec://ls", "xml://127.0.0.1/", "nonsense", ""),
        *("https://example.org/hook", "https://hooks.slack.com/", "http://ntfy.sh/topic"),
        *("slack://xoxb-1234-1234-4ddbaae6f3523ada2d/#room", "ntfys://host.example.org/a/b"),
        *("tgram://123456789:abcdefg_hijklmnop/", "tgram://123456789:abcdefg_hijklmnop/1/2"),
    ],
)
def test_no_other_service_and_nothing_that_takes_more_than_one_post(address: str) -> None:
    with pytest.raises(RejectedError, match="We write to"):
        open_room(address, Rules())


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ntfy://push.example.org:8080/topic", "port"),
        ("ntfys://user:secret@push.example.org:22/topic", "port"),
    ],
)
def test_a_host_of_the_readers_own_is_held_to_the_rules_of_a_webhook(
    address: str, words: str
) -> None:
    with pytest.raises(RejectedError, match=words):
        open_room(address, Rules())


@pytest.mark.parametrize("address", ["ntfys://127.0.0.1/topic", "ntfy://localhost/topic"])
def test_a_private_host_is_not_written_to(address: str) -> None:
    with pytest.raises(RejectedError, match="private network"):
        ChatSender(GuardedClient()).send(ChatCall(address, "t", "x"), nothing)


def test_a_host_that_turns_private_after_it_was_taken_is_not_written_to() -> None:
    client = GuardedClient(resolve=lambda _host, _port: ["10.0.0.1"])
    with pytest.raises(RejectedError, match="private network"):
        ChatSender(client).send(ChatCall("ntfys://push.example.org/topic", "t", "x"), nothing)


@pytest.mark.parametrize("scheme", ["slack", "discord", "workflow"])
def test_the_options_of_an_address_are_left_out(scheme: str) -> None:
    paths = {
        "slack": SLACK.removeprefix("slack://"),
        "discord": "4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "workflow": "prod-0.logic.azure.com/643e69f83c8944/438f34",
    }
    address = f"{scheme}://{paths[scheme]}/?template=/etc/passwd&verify=no&rto=9999&retry=9"
    room = open_room(address, Rules())
    assert room.verify_certificate
    assert "passwd" not in room.url()
    assert room.socket_read_timeout < 60


def test_a_message_arrives_at_a_real_server(endpoint: EndpointServer) -> None:
    call = ChatCall(f"ntfy://127.0.0.1:{endpoint.port}/news", "A study changed", "End date: now")
    handed: list[bool] = []
    answer = ChatSender(GuardedClient(LOCAL)).send(call, lambda: handed.append(True))
    assert (answer, handed) == ("answered 200", [True])
    [got] = endpoint.calls
    assert b"A study changed" in got.body
    assert b"End date: now" in got.body


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(410), GoneError),
        (Reply(500), RetryableError),
        (Reply(302, headers={"Location": "http://169.254.169.254/"}), RetryableError),
        (Reply(reset=True), LostReplyError),
        (Reply(hang=True), LostReplyError),
    ],
)
def test_what_the_server_does_is_known_although_apprise_says_yes_or_no(
    endpoint: EndpointServer, reply: Reply, error: type[Exception]
) -> None:
    endpoint.reply = reply
    client = GuardedClient(LOCAL, seconds=0.4 if reply.hang else 5)
    with pytest.raises(error):
        ChatSender(client).send(ChatCall(f"ntfy://127.0.0.1:{endpoint.port}/x", "t", "x"), nothing)
    assert len(endpoint.calls) == 1


def test_a_service_that_asks_for_a_pause_gets_it(endpoint: EndpointServer) -> None:
    endpoint.reply = Reply(429, headers={"Retry-After": "77"})
    with pytest.raises(RetryableError) as seen:
        ChatSender(GuardedClient(LOCAL)).send(
            ChatCall(f"ntfy://127.0.0.1:{endpoint.port}/x", "t", "x"), nothing
        )
    assert seen.value.after == timedelta(seconds=77)


def test_whoever_does_not_listen_was_sent_nothing() -> None:
    with running_endpoint() as gone:
        port = gone.port
    with pytest.raises(UnreachableError):
        ChatSender(GuardedClient(LOCAL)).send(
            ChatCall(f"ntfy://127.0.0.1:{port}/x", "t", "x"), nothing
        )


def test_where_the_extra_is_not_installed_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "IS_INSTALLED", False)
    with pytest.raises(RejectedError, match=r"tidings\[chat\]"):
        open_room(SLACK, Rules())
