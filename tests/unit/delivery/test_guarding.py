"""Calls to strangers' addresses reach nothing that is ours, and end in time."""

import socket
import ssl
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from time import monotonic

import pytest
from endpoint_of_tests import EndpointServer, Reply, running_endpoint
from tests.chaos.certificates import write_certificate

from tidings.delivery.guarding import (
    MOST_BYTES,
    GuardedClient,
    Rules,
    UnreachableError,
    is_public,
    read_target,
)
from tidings.delivery.senders.base import LostReplyError
from tidings.errors import RejectedError

LOCAL = Rules(local=True)


@pytest.fixture
def endpoint() -> Generator[EndpointServer]:
    with running_endpoint() as running:
        yield running


def nobody(_host: str, _port: int) -> Sequence[str]:
    raise OSError


PRIVATE = (
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),  # noqa: S104 - to be refused
    *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "192.0.0.8"),
    *("198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:10.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1"),
    *("fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2001::1"),
    *("100::1", "4000::1", "5f00::1"),
)
PUBLIC = ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1")


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_open_internet_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_open_internet_is_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "0177.0.0.1", "0x7f000001", "2130706433", "127.0.0.1", "localhost"),
        *("[::1]", "[::ffff:127.0.0.1]", "0", "127.0.0.1."),
    ],
)
def test_no_spelling_of_this_machine_reaches_it(host: str) -> None:
    with pytest.raises((RejectedError, UnreachableError)):
        GuardedClient().post(f"https://{host}/", b"", {})


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_not_called(address: str) -> None:
    client = GuardedClient(resolve=lambda _host, _port: ["8.8.8.8", address])
    with pytest.raises(RejectedError, match="private network"):
        client.post("https://hooks.example.org/", b"", {})


def test_a_name_is_resolved_once_and_the_address_that_was_looked_at_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    called: list[object] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: object, _timeout: float) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(UnreachableError):
        GuardedClient(resolve=resolve).post("https://rebinding.example.org/", b"", {})
    assert (asked, called) == (["rebinding.example.org"], [("8.8.8.8", 443)])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.org/", "must begin with https"),
        ("ftp://hooks.example.org/", "must begin with https"),
        ("https:///path", "must begin with https"),
        ("https://hooks.example.org:22/", "port"),
        ("https://hooks.example.org:80/", "port"),
        ("https://hooks.example.org:99999/", "no web address"),
        ("https://user:secret@hooks.example.org/", "user or a password"),
        ("https://hooks.example.org/a b", "spaces"),
        ("https://hooks.example.org/\r\nX-Header: y", "spaces"),
        ("https://exämple.org/", "spaces"),
        ("https://[::1/", "no web address"),
        (f"https://example.org/{'x' * 2000}", "too long"),
        ("http://127.0.0.1:8080/", "must begin with https"),
    ],
)
def test_an_address_that_we_do_not_call_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(RejectedError, match=words):
        read_target(url, Rules())


def test_this_machine_is_called_only_where_the_rules_say_so(endpoint: EndpointServer) -> None:
    answer = GuardedClient(LOCAL).post(endpoint.url, b"hello", {"X-One": "1"})
    assert answer.status == 200
    [call] = endpoint.calls
    assert (call.body, call.headers["x-one"]) == (b"hello", "1")
    assert "cookie" not in call.headers
    with pytest.raises(RejectedError):
        GuardedClient().post(endpoint.url, b"hello", {})
    assert len(endpoint.calls) == 1


def test_a_redirect_is_an_answer_and_is_not_followed(endpoint: EndpointServer) -> None:
    endpoint.reply = Reply(302, headers={"Location": f"{endpoint.url}elsewhere"})
    assert GuardedClient(LOCAL).post(endpoint.url, b"", {}).status == 302
    assert len(endpoint.calls) == 1


def test_no_more_than_64_kb_of_an_answer_are_read(endpoint: EndpointServer) -> None:
    endpoint.reply = Reply(200, body=b"x" * 5_000_000)
    answer = GuardedClient(LOCAL).post(endpoint.url, b"", {})
    assert (answer.status, len(answer.body)) == (200, MOST_BYTES)


def test_a_proxy_of_the_environment_is_not_used(
    endpoint: EndpointServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert GuardedClient(LOCAL).post(endpoint.url, b"", {}).status == 200


def test_whoever_does_not_listen_was_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(UnreachableError, match="cannot reach 127"):
        GuardedClient(LOCAL).post(f"http://127.0.0.1:{port}/", b"", {})
    with pytest.raises(UnreachableError, match="no such name"):
        GuardedClient(resolve=nobody).post("https://nowhere.example.org/", b"", {})


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    stop = threading.Event()

    def slow(_host: str, _port: int) -> Sequence[str]:
        stop.wait()
        return []

    began = monotonic()
    with pytest.raises(UnreachableError, match="name server"):
        GuardedClient(resolve=slow, seconds=0.2).post("https://slow.example.org/", b"", {})
    assert monotonic() - began < 2
    stop.set()


@pytest.mark.parametrize("reply", [Reply(hang=True), Reply(drip=True), Reply(reset=True)])
def test_an_answer_that_does_not_come_in_time_is_a_lost_reply(
    endpoint: EndpointServer, reply: Reply
) -> None:
    endpoint.reply = reply
    began = monotonic()
    with pytest.raises(LostReplyError):
        GuardedClient(LOCAL, seconds=0.4).post(endpoint.url, b"x", {})
    assert monotonic() - began < 2


def test_plain_http_where_tls_is_asked_for_sends_nothing(endpoint: EndpointServer) -> None:
    url = endpoint.url.replace("http:", "https:")
    with pytest.raises(UnreachableError):
        GuardedClient(LOCAL).post(url, b"secret", {})
    assert endpoint.calls == []


def test_a_certificate_must_be_good_for_the_name_before_anything_is_sent(tmp_path: Path) -> None:
    write_certificate(tmp_path)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    theirs = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    client = GuardedClient(LOCAL, trust=lambda: theirs)
    with running_endpoint(ours) as endpoint:
        assert client.post(endpoint.url, b"x", {}).status == 200
        assert endpoint.calls[0].headers["host"] == f"127.0.0.1:{endpoint.port}"
        with pytest.raises(UnreachableError, match="certificate"):
            client.post(endpoint.url.replace("127.0.0.1", "localhost"), b"x", {})
        with pytest.raises(UnreachableError, match="certificate"):
            GuardedClient(LOCAL).post(endpoint.url, b"x", {})
        assert len(endpoint.calls) == 1


def test_what_holds_a_call_back_at_the_last_moment_holds_it_back(endpoint: EndpointServer) -> None:
    class HeldBackError(Exception):
        pass

    def hold_back() -> None:
        raise HeldBackError

    with pytest.raises(HeldBackError):
        GuardedClient(LOCAL).post(endpoint.url, b"x", {}, handing_over=hold_back)
    assert endpoint.calls == []
