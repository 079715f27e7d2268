"""HTTP to addresses that strangers name, with no way into our own network.

A name is resolved once, every address it has must be a public one, and the connection goes to an
address that was looked at: a name that resolves otherwise a moment later gains nothing. There are
no redirects, no cookies and no proxies, and neither the time nor the bytes of an answer are the
other side's to choose.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import httpcore

from tidings.delivery.senders.base import LostReplyError
from tidings.errors import RejectedError, RetryableError
from tidings.failpoints import around
from tidings.rendering.speech import Sayable

SECONDS = 10.0
"""The longest that one call may take in all, looking up its name included."""

MOST_BYTES = 64 * 1024
"""Of an answer no more is read."""

LONGEST_URL = 2000
HTTPS_PORTS = (443, 8443)

NOT_GLOBAL = IPv4Network("192.0.0.0/24")
"""A network for special purposes that Python takes for a public one."""

NAT64 = IPv6Network("64:ff9b::/96")
OPEN = IPv6Network("2000::/3")
"""All of IPv6 that is given out on the open internet."""

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the IP addresses of a host; raises OSError when it has none."""


class UnreachableError(RetryableError):
    """Nothing was sent: there is no such name, nobody listens, or the certificate is not good."""


@dataclass(frozen=True)
class Target:
    """Where a call goes, taken apart once; ``path`` includes the query."""

    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Answer:
    """What came back; of the body the first 64 KB, and header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Rules:
    """Where calls may go: ``local`` also lets them go to this machine, by any port."""

    local: bool = False
    ports: Sequence[int] = HTTPS_PORTS


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the open internet, whatever it is wrapped in."""
    one = _unwrapped(ip_address(address))
    if not one.is_global or one.is_multicast or one.is_reserved:
        return False
    return one in OPEN if isinstance(one, IPv6Address) else one not in NOT_GLOBAL


def _unwrapped(one: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(one, IPv4Address):
        return one
    if one in NAT64:
        return IPv4Address(one.packed[-4:])
    return one.ipv4_mapped or one.sixtofour or one


def read_target(url: str, rules: Rules) -> Target:
    """Take an address apart; RejectedError, in words, for one that we do not call."""
    if len(url) > LONGEST_URL or not url.isascii() or any(one <= " " for one in url):
        raise RejectedError(Sayable("This is no web address: it is too long, or has spaces in it."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RejectedError(Sayable("This is no web address.")) from error
    host = parts.hostname or ""
    if not host or parts.scheme not in {"http", "https"}:
        raise RejectedError(Sayable("The address must begin with https://"))
    if parts.username is not None or parts.password is not None:
        raise RejectedError(Sayable("The address must not hold a user or a password."))
    if rules.local and is_loopback(host):
        return Target(parts.scheme, host, port or _usual_port(parts), _path(parts))
    if parts.scheme != "https":
        raise RejectedError(Sayable("The address must begin with https://"))
    if (port or 443) not in rules.ports:
        raise RejectedError(Sayable("The port of the address must be 443 or 8443."))
    return Target("https", host, port or 443, _path(parts))


def is_loopback(host: str) -> bool:
    """Say whether a host, as it is written, is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _usual_port(parts: SplitResult) -> int:
    return 443 if parts.scheme == "https" else 80


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Ask this machine's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@cache
def usual_trust() -> ssl.SSLContext:
    """Trust what this machine trusts; read once a process."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class GuardedClient:
    """Posts to strangers' addresses under ``rules``; several threads may share one."""

    rules: Rules = field(default_factory=Rules)
    resolve: Resolve = system_resolve
    seconds: float = SECONDS
    trust: Callable[[], ssl.SSLContext] = usual_trust

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        handing_over: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Send ``body`` and return the answer, whatever its status.

        ``handing_over`` is called once the connection stands and before the first byte of the
        request leaves. Raises RejectedError for an address that we do not call, UnreachableError
        when nothing was sent, LostReplyError when something was and no answer came.
        """
        target = read_target(url, self.rules)
        attempt = _Attempt(self, monotonic() + self.seconds, handing_over)
        pool = httpcore.ConnectionPool(
            ssl_context=self.trust(), max_connections=1, network_backend=attempt
        )
        try:
            with pool:
                return _exchange(pool, target, body, headers)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            words = f"{target.host}: {str(error) or type(error).__name__}"
            if attempt.has_sent:
                raise LostReplyError(Sayable("no answer from {where}", where=words)) from error
            raise UnreachableError(Sayable("cannot reach {where}", where=words)) from error


def _exchange(
    pool: httpcore.ConnectionPool, target: Target, body: bytes, headers: Mapping[str, str]
) -> Answer:
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    whole = {
        "Host": _host_header(target),
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    with (
        around("call.posted"),
        pool.stream("POST", url, headers=list(whole.items()), content=body) as response,
    ):
        found = {name.decode().lower(): value.decode("latin-1") for name, value in response.headers}
        return Answer(response.status, found, _read(response.iter_stream()))


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_usual = target.port == (443 if target.scheme == "https" else 80)
    return host if is_usual else f"{host}:{target.port}"


def _read(pieces: Iterable[bytes]) -> bytes:
    """Read what there is of a body; the status has been told, so a torn one is no failure."""
    read = b""
    try:
        for piece in pieces:
            read += piece
            if len(read) >= MOST_BYTES:
                break
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
        pass
    return read[:MOST_BYTES]


@dataclass
class _Attempt(httpcore.NetworkBackend):
    """Opens the connection of one call; ``has_sent`` once a byte of the request may have left."""

    client: GuardedClient
    deadline: float
    handing_over: Callable[[], None]
    has_sent: bool = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve ``host``, look at every address that it has, and connect to one of them."""
        problem: OSError = OSError("there is no such name")
        for address in self._addresses(host, port):
            try:
                found = socket.create_connection((address, port), self.left())
            except OSError as error:
                problem = error
                continue
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Stream(self, found)
        raise httpcore.ConnectError(problem.strerror or str(problem)) from problem

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        addresses = _in_time(lambda: self.client.resolve(host, port), self.left())
        if not all(map(self._is_allowed, addresses)):
            raise RejectedError(
                Sayable("The address leads into a private network, where we do not call.")
            )
        return addresses

    def _is_allowed(self, address: str) -> bool:
        is_local = self.client.rules.local and ip_address(address).is_loopback
        return is_local or is_public(address)

    def left(self) -> float:
        """Return the seconds that are left; httpcore.ReadTimeout when there are none."""
        left = self.deadline - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(f"not done in {self.client.seconds:g} seconds")
        return left

    def hand_over(self) -> None:
        """Note that the request leaves, before it does."""
        if not self.has_sent:
            self.handing_over()
            self.has_sent = True


class _Stream(httpcore.NetworkStream):
    """A connection of which every step fits into what is left of the call's time."""

    def __init__(self, attempt: _Attempt, connection: socket.socket) -> None:
        self._attempt = attempt
        self._socket = connection

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        try:
            self._socket.settimeout(self._attempt.left())
            return self._socket.recv(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(_words(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of ``buffer``."""
        self._attempt.hand_over()
        try:
            self._socket.settimeout(self._attempt.left())
            self._socket.sendall(buffer)
        except OSError as error:
            raise httpcore.WriteError(_words(error)) from error

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on under TLS, with a certificate of the name that was asked for."""
        try:
            self._socket.settimeout(self._attempt.left())
            wrapped = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except OSError as error:
            self.close()
            raise httpcore.ConnectError(_words(error)) from error
        return _Stream(self._attempt, wrapped)

    def get_extra_info(self, info: str) -> object:
        """Return None: nobody is told about the socket."""
        return None


def _words(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _in_time(look_up: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """Wait for a resolver no longer than that: it has a patience of its own, which is longer."""
    done: SimpleQueue[Sequence[str] | OSError | UnicodeError] = SimpleQueue()

    def run() -> None:
        try:
            done.put(look_up())
        except (OSError, UnicodeError) as error:
            done.put(error)

    Thread(target=run, daemon=True).start()
    try:
        found = done.get(timeout=seconds)
    except Empty:
        raise httpcore.ConnectTimeout("its name server does not answer") from None
    if isinstance(found, Exception):
        raise httpcore.ConnectError("there is no such name") from found
    return found
