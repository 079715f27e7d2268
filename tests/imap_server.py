"""A small IMAP server for tests: what RFC 3501 asks of a server, as far as our reader goes.

One mailbox, INBOX; LOGIN, SELECT, UID SEARCH with UNKEYWORD, UID FETCH of a beginning, UID STORE
of flags, LOGOUT. What it does not know it refuses.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any, cast

USER, PASSWORD = "bounces", "p/ss word"

_FETCH = re.compile(r"\(BODY\.PEEK\[\]<0\.(\d+)>\)")
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


class ImapServer(ThreadingTCPServer):
    """Serves ``messages``; ``flags`` are those of each, ``broken`` is a command it hangs up at."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.messages: dict[int, bytes] = {}
        self.flags: dict[int, set[str]] = {}
        self.broken = ""

    @property
    def url(self) -> str:
        """The address for the settings."""
        return f"imap://{USER}:p%2Fss%20word@127.0.0.1:{self.server_address[1]}/INBOX"

    def put(self, *messages: bytes) -> None:
        """Let messages arrive."""
        for raw in messages:
            uid = len(self.messages) + 1
            self.messages[uid], self.flags[uid] = raw.replace(b"\n", b"\r\n"), set()


class _Visit(StreamRequestHandler):
    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            command, _, said = rest.partition(" ")
            if command.upper() == "UID":
                command, _, said = said.partition(" ")
            if command.upper() == self._mails.broken:
                return
            answer = getattr(self, f"_{command.lower()}", self._refuse)(said)
            self._say(f"{tag} {answer}")
            if command.upper() == "LOGOUT":
                return

    @property
    def _mails(self) -> ImapServer:
        return cast("ImapServer", self.server)

    def _say(self, text: str, raw: bytes = b"", after: str = "") -> None:
        self.wfile.write(text.encode() + raw + after.encode() + b"\r\n")

    def _refuse(self, _said: str) -> str:
        return "BAD what is that"

    def _capability(self, _said: str) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def _login(self, said: str) -> str:
        given = [quoted or bare for quoted, bare in _ARGUMENT.findall(said)]
        return "OK welcome" if given == [USER, PASSWORD] else "NO who are you"

    def _select(self, said: str) -> str:
        if said != '"INBOX"':
            return "NO no such folder"
        self._say(f"* {len(self._mails.messages)} EXISTS")
        self._say("* OK [PERMANENTFLAGS (\\Seen \\Flagged \\*)] any")
        return "OK [READ-WRITE] selected"

    def _search(self, said: str) -> str:
        unwanted = set(re.findall(r"UNKEYWORD (\S+)", said))
        found = [str(uid) for uid, flags in self._mails.flags.items() if not flags & unwanted]
        self._say(" ".join(["* SEARCH", *found]))
        return "OK searched"

    def _fetch(self, said: str) -> str:
        uid, _, what = said.partition(" ")
        asked = _FETCH.fullmatch(what)
        if asked is None:
            return "BAD that is not served"
        raw = self._mails.messages.get(int(uid))
        if raw is not None:
            head = raw[: int(asked[1])]
            self._say(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(head)}}}\r\n", head, ")")
        return "OK fetched"

    def _store(self, said: str) -> str:
        uid, _, flags = said.partition(" +FLAGS ")
        self._mails.flags[int(uid)] |= set(flags.strip("()").split())
        return "OK stored"

    def _logout(self, _said: str) -> str:
        self._say("* BYE")
        return "OK bye"


@contextmanager
def running_imap() -> Generator[ImapServer]:
    """Run a server on a free port."""
    with ImapServer() as server:
        thread: Any = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
