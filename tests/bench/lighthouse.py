"""What Lighthouse says of the pages that everybody sees; exits non-zero below 95 of 100.

    python -m tests.bench.lighthouse

Serves a store swept from the sandbox, with granian, to the system's Chromium. Lighthouse is taken
from npm into a folder that is deleted again, or from ``LIGHTHOUSE``, a path to its command.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
from rich.console import Console
from rich.table import Table
from sqlmodel import select
from tests.alive import Living

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_reader
from tidings.migrations.migrate import migrate
from tidings.projects.models import Change, ChangeKind, Project
from tidings.sandbox.running import Options, running_sandbox
from tidings.sandbox.serve import free_port
from tidings_workers.embedded import site_command

LEAST = 95
WELL = 0.9
"""Of 1: what an audit scores below this is named."""

KINDS = ("performance", "accessibility", "best-practices", "seo")
WEEKS = 3
CORPUS = 300
VERSION = "12"
CHROMIUM = "--headless --no-sandbox"


def main() -> int:
    """Measure home, search and the study that changed most, and print a table."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as (url, key):
        command = os.environ.get("LIGHTHOUSE") or install(Path(folder))
        pages = {"home": "/", "search": "/studies?q=cancer", "study": f"/studies/{key}"}
        found = {name: measure(command, url + path, Path(folder)) for name, path in pages.items()}
    table = Table("page", *KINDS, title=f"Lighthouse {VERSION}, its phone, of 100")
    for name, scores in found.items():
        table.add_row(name, *(f"{scores[kind]:.0f}" for kind in KINDS))
    console.print(table)
    lowest = min(score for scores in found.values() for score in scores.values())
    console.print(f"lowest: {lowest:.0f}; wanted: {LEAST}")
    return lowest < LEAST


def install(folder: Path) -> str:
    """Install Lighthouse into a folder; return its command."""
    asked = ["npm", "install", "--silent", "--no-audit", "--no-fund", f"lighthouse@{VERSION}"]
    subprocess.run(asked, cwd=folder, check=True, capture_output=True, timeout=300)  # noqa: S603 - fixed
    return str(folder / "node_modules/.bin/lighthouse")


def measure(command: str, url: str, folder: Path) -> dict[str, float]:
    """Return the scores of a page, of 100, by kind."""
    report = folder / "report.json"
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    asked = [command, url, "--quiet", "--output=json", f"--output-path={report}"]
    asked += [f"--only-categories={','.join(KINDS)}", f"--chrome-flags={CHROMIUM}"]
    environment = {**os.environ, "CHROME_PATH": browser}
    subprocess.run(asked, env=environment, check=True, timeout=180)  # noqa: S603 - our own words
    said = json.loads(report.read_bytes())
    for name, audit in said["audits"].items():
        if audit["score"] is not None and audit["score"] < WELL:
            sys.stderr.write(f"{url}: {name} {audit['score']}: {audit['title']}\n")
    return {kind: 100 * (said["categories"][kind]["score"] or 0) for kind in KINDS}


@contextmanager
def site(folder: Path) -> Generator[tuple[str, str]]:
    """Serve a store of some weeks; give its address and the key of a study that was rewritten."""
    settings, key = stored(folder)
    url = f"http://{settings.host}:{settings.port}"
    own = {"TIDINGS_DATA_DIR": str(settings.data_dir), "TIDINGS_SITE_URL": url}
    process = subprocess.Popen([sys.executable, *site_command(settings)[1:]], env=os.environ | own)  # noqa: S603 - our own
    try:
        wait_for(url)
        yield url, key
    finally:
        process.terminate()
        process.wait(20)


def stored(folder: Path, *, corpus: int = CORPUS, weeks: int = WEEKS) -> tuple[Settings, str]:
    """Fill a store with some weeks; return its settings and the key of a study rewritten there."""
    settings = Settings(data_dir=folder / "data", port=free_port())
    engine = make_engine(settings.database)
    migrate(engine)
    with running_sandbox(Options(corpus=corpus)) as sandbox:
        living = Living(engine, settings, sandbox, machine_now())
        for week in range(weeks):
            living.week(week)
    with open_reader(engine) as session:
        rewritten = select(Change.project_id).where(Change.kind == ChangeKind.ABSTRACT_REWRITTEN)
        any_one = select(Change.project_id).where(Change.kind != ChangeKind.COSMETIC)
        chosen = session.exec(rewritten).first() or session.exec(any_one).first()
        key = session.get_one(Project, chosen).key
    engine.dispose()
    return settings, key


def wait_for(url: str) -> None:
    """Wait until the site answers."""
    end = monotonic() + 30
    while monotonic() < end:
        try:
            if httpx.get(f"{url}/healthz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            sleep(0.1)
    raise RuntimeError("the site did not start")


if __name__ == "__main__":
    sys.exit(main())
