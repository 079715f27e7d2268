"""A real HTTP server for tests: the endpoint of a reader, well or badly behaved."""

import socket
import ssl
import struct
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import cast


@dataclass(frozen=True)
class Reply:
    """What is answered: a status, or nothing (``hang``), too slowly (``drip``), a cut (``reset``).

    ``seconds`` are waited before.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    hang: bool = False
    drip: bool = False
    reset: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Call:
    """One call that came, with its headers by lower-case name."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class EndpointServer:
    """Answers to each call ``replies``, one after the other, and then ``reply`` for ever."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.reply = Reply()
        self.replies: list[Reply] = []
        self.stopping = Event()
        self._server = _Server(self)
        self._server.socket = (
            context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            if context
            else self._server.socket
        )
        self.port: int = self._server.server_address[1]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}/"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more, and let go of whoever hangs."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def next_reply(self) -> Reply:
        """Return what is to be answered now."""
        return self.replies.pop(0) if self.replies else self.reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, endpoint: EndpointServer) -> None:
        self.endpoint = endpoint
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of callers who hang up: that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        endpoint = cast("_Server", self.server).endpoint
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        endpoint.calls.append(Call(self.path, headers, self.rfile.read(length)))
        reply = endpoint.next_reply()
        endpoint.stopping.wait(reply.seconds)
        with suppress(OSError):
            self._answer(endpoint, reply)

    def _answer(self, endpoint: EndpointServer, reply: Reply) -> None:
        if reply.hang:
            endpoint.stopping.wait()
        elif reply.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        elif reply.drip:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not endpoint.stopping.wait(0.05):
                self.wfile.write(b"X-Slow: 1\r\n")
        else:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def running_endpoint(context: ssl.SSLContext | None = None) -> Generator[EndpointServer]:
    """Run an endpoint on a free port."""
    endpoint = EndpointServer(context)
    endpoint.start()
    try:
        yield endpoint
    finally:
        endpoint.stop()
