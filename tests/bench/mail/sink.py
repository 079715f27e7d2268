"""A mail server that throws away what it takes, and counts it."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection
from time import sleep

from tidings.sandbox.serve import free_port

COUNT = re.compile(rb"mesg=(\d+)")


@dataclass(frozen=True)
class Sink:
    """A running sink: ``name`` says which program it is."""

    name: str
    port: int
    log: Path

    def count(self) -> int:
        """Return how many messages it has taken."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 400))
            found = COUNT.findall(file.read())
        return int(found[-1]) if found else 0


@contextmanager
def running_sink() -> Generator[Sink]:
    """Run Postfix' smtp-sink, unpacked from its package; aiosmtpd where that cannot be had."""
    folder = Path(tempfile.mkdtemp(prefix="tidings-sink-"))
    folder.chmod(0o755)
    port, log = free_port(), folder / "log"
    program = smtp_sink(folder)
    name = "Postfix smtp-sink" if program else "aiosmtpd"
    command = (
        [str(program), "-u", "nobody", "-c", f"127.0.0.1:{port}", "512"]
        if program
        else [sys.executable, "-m", "tests.bench.mail.aiosmtpd_sink", str(port)]
    )
    libraries = {"LD_LIBRARY_PATH": str(folder / "usr/lib/postfix")} if program else None
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=libraries)  # noqa: S603 - ours
        try:
            _wait_for(port)
            yield Sink(name, port, log)
        finally:
            process.terminate()
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)


def smtp_sink(folder: Path) -> Path | None:
    """Unpack smtp-sink without installing it; None where there is no apt or no network."""
    steps = (["apt-get", "download", "postfix"], ["sh", "-c", "dpkg -x postfix_*.deb ."])
    try:
        for step in steps:
            subprocess.run(step, cwd=folder, check=True, capture_output=True, timeout=60)  # noqa: S603 - fixed
    except (OSError, subprocess.SubprocessError):
        return None
    program = folder / "usr/sbin/smtp-sink"
    return program if program.exists() else None


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            sleep(0.05)
    raise RuntimeError("the sink does not listen")
