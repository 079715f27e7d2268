"""A load on one address, from a process of its own: imports nothing that takes long to import.

python -m tests.bench.page_load URL [ETAG]
"""

import asyncio
import json
import sys
from time import perf_counter
from urllib.parse import urlsplit

SECONDS = 2.0
CONNECTIONS = 32


async def load(url: str, tag: str) -> tuple[float, float]:
    """Return answers a second, and the seconds in which 99 of 100 had come."""
    asked = urlsplit(url)
    known = f"If-None-Match: {tag}\r\n" if tag else ""
    request = f"GET {asked.path} HTTP/1.1\r\nHost: {asked.netloc}\r\n{known}\r\n".encode()
    wanted = b" 304" if tag else b" 200"
    end = perf_counter() + SECONDS
    times: list[float] = []

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(asked.hostname, asked.port)
        while (begun := perf_counter()) < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if wanted not in head.partition(b"\r\n")[0]:
                raise RuntimeError(head.decode())
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if length and not tag:
                await reader.readexactly(int(length))
            times.append(perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    times.sort()
    return len(times) / SECONDS, times[int(0.99 * len(times))]


if __name__ == "__main__":
    url, tag = [*sys.argv[1:], ""][:2]
    sys.stdout.write(json.dumps(asyncio.run(load(url, tag))))
