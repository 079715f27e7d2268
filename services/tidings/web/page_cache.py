"""Pages that were rendered before, by their ETags: in each process, up to so many bytes."""

from collections import OrderedDict
from threading import Lock


class PageCache:
    """Keeps what was asked for last; a page is found only under the tag of all that it shows."""

    def __init__(self, most_bytes: int = 0) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def get(self, tag: str) -> bytes | None:
        """Return the page with this tag, if it is still here."""
        with self._lock:
            body = self._kept.get(tag)
            if body is not None:
                self._kept.move_to_end(tag)
            return body

    def put(self, tag: str, body: bytes) -> None:
        """Keep a page; those that were not asked for the longest make room."""
        if len(body) > self._most:
            return
        with self._lock:
            self.size += len(body) - len(self._kept.pop(tag, b""))
            self._kept[tag] = body
            while self.size > self._most:
                _, gone = self._kept.popitem(last=False)
                self.size -= len(gone)
