"""An operator's own templates: used where they are good, and never a reason to send nothing."""

import os
from collections.abc import Generator
from functools import cache
from itertools import count
from pathlib import Path
from shutil import rmtree

import pytest
from jinja2 import Environment
from structlog.testing import capture_logs

from tidings.notices.plain_letters import Letter
from tidings.notices.samples import SITE, sample_letters
from tidings.rendering import overrides as module
from tidings.rendering.environment import environment
from tidings.rendering.lint import MOST_HTML
from tidings.rendering.mail import Press, render
from tidings.rendering.message import Rendered
from tidings.rendering.overrides import Overrides
from tidings.rendering.speech import speech_of


@cache
def ours(language: str = "en") -> Environment:
    return environment(speech=speech_of(language))


TIMES = count(1)
"""When files were written: no two states of a folder look alike, however quick we are."""


@pytest.fixture(scope="module")
def overrides(tmp_path_factory: pytest.TempPathFactory) -> Generator[Overrides]:
    """Give the templates of a folder; one process renders for all tests."""
    opened = Overrides(tmp_path_factory.mktemp("templates"), site_url=SITE)
    yield opened
    opened.close()


@pytest.fixture
def folder(overrides: Overrides) -> Path:
    """Give that folder, empty."""
    rmtree(overrides.folder / "mail", ignore_errors=True)
    for name in ("digest", "goodbye"):
        (overrides.folder / "mail" / name).mkdir(parents=True)
    return overrides.folder


def letter(name: str, language: str = "en") -> Letter:
    return sample_letters(language)[name]


def write(folder: Path, path: str, text: str) -> None:
    file = folder / "mail" / path
    file.write_text(text, encoding="utf-8")
    time = next(TIMES) * 10**9
    os.utime(file, ns=(time, time))


def rendered(overrides: Overrides, name: str = "digest", language: str = "en") -> Rendered:
    return overrides.render(name, language, letter(name, language), ours)


def plain(name: str = "digest", language: str = "en") -> Rendered:
    return render(ours(language), name, letter(name, language))


def test_a_good_template_is_used_and_the_others_stay_ours(
    folder: Path, overrides: Overrides
) -> None:
    write(folder, "digest/subject.txt", "News: {{ letter.cadence }} {{ 1234 | number }}")
    mail = rendered(overrides)
    assert mail.subject == "News: weekly 1,234"
    assert (mail.text, mail.html) == (plain().text, plain().html)
    assert rendered(overrides, "goodbye") == plain("goodbye")


def test_templates_speak_the_language_of_the_reader(folder: Path, overrides: Overrides) -> None:
    write(folder, "goodbye/subject.txt", "{{ speech.day('2027-07-31') }}")
    assert rendered(overrides, "goodbye").subject == "31 Jul 2027"
    assert rendered(overrides, "goodbye", "es").subject == "31 jul 2027"


@pytest.mark.usefixtures("folder")
def test_an_empty_folder_changes_nothing(overrides: Overrides) -> None:
    assert rendered(overrides) == plain()


LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"

BAD = {
    "syntax": ("digest/subject.txt", "{% if %}", "line 1"),
    "unknown name": ("digest/subject.txt", "{{ nothing }}", "'nothing' is undefined"),
    "not in the sandbox": ("digest/subject.txt", "{{ letter.__class__ }}", "unsafe"),
    "no way into Python": ("digest/subject.txt", "{{ ''.__class__.__mro__ }}", "unsafe"),
    "changes a value": ("digest/subject.txt", "{{ speech.__dict__.clear() }}", "unsafe"),
    "fills the memory": ("digest/subject.txt", "{{ 'a' * 10**10 }}", "512 MB of memory"),
    "too big": ("digest/body.txt", "{{ 'a' * 10**6 }}", "500,000 characters"),
    "divides by zero": ("digest/subject.txt", "{{ 1 / 0 }}", "ZeroDivisionError"),
    "no subject": ("digest/subject.txt", "", "no subject"),
    "no way out": ("digest/body.txt", "Hello", "no link to unsubscribe"),
    "a script": ("digest/body.html", "<script></script>", "<script> has no place"),
    "too much HTML": ("digest/body.html", "x" * (MOST_HTML + 1), "more than 80,000"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_template_is_told_of_and_ours_is_used(
    folder: Path, overrides: Overrides, bad: str
) -> None:
    path, text, words = BAD[bad]
    write(folder, path, text)
    with capture_logs() as logs:
        assert rendered(overrides) == plain()
    (entry,) = logs
    assert (entry["event"], entry["mail"]) == ("template.refused", "digest")
    assert words in entry["reason"]


@pytest.mark.parametrize("text", [LOOP, "{{ 10**40000000 }}"])
def test_a_template_that_does_not_come_to_an_end_is_stopped(
    folder: Path, overrides: Overrides, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    write(folder, "goodbye/subject.txt", "Bye")
    assert rendered(overrides, "goodbye").subject == "Bye"  # the process has started
    monkeypatch.setattr(module, "SECONDS", 0.3)
    write(folder, "digest/subject.txt", text)
    with capture_logs() as logs:
        assert rendered(overrides) == plain()
    assert "too long" in logs[0]["reason"]
    assert rendered(overrides, "goodbye").subject == "Bye"  # in a new one


def test_what_failed_is_tried_again_only_once_a_file_has_changed(
    folder: Path, overrides: Overrides
) -> None:
    write(folder, "digest/subject.txt", "{{ nothing }}")
    with capture_logs() as logs:
        assert rendered(overrides) == rendered(overrides) == plain()
    assert len(logs) == 1
    write(folder, "digest/subject.txt", "Mended")
    assert rendered(overrides).subject == "Mended"


def test_the_process_has_none_of_our_secrets_and_can_write_no_file(
    folder: Path, overrides: Overrides, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDINGS_SECRET_KEY", "x" * 64)
    write(folder, "goodbye/subject.txt", "Bye")
    assert rendered(overrides, "goodbye").subject == "Bye"
    child = overrides._child  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - it is what is tested
    assert child is not None
    process = Path(f"/proc/{child.pid}")
    assert b"SECRET" not in (process / "environ").read_bytes()
    limits = (process / "limits").read_text(encoding="ascii")
    assert "Max file size             0" in limits


def test_a_url_filter_lets_only_web_addresses_through() -> None:
    template = ours().from_string("{{ 'javascript:x' | url }}{{ 'https://a.example' | url }}")
    assert template.render() == "https://a.example"


def test_the_press_asks_for_an_operators_templates_first(
    folder: Path, overrides: Overrides
) -> None:
    write(folder, "digest/subject.txt", "Own")
    pieces = Press(ours, overrides).pieces("digest", "en", letter("digest"))
    assert pieces.subject == "Own"
