"""OPML out and in: what feed readers exchange, and nothing that XML can be abused for."""

from xml.etree import ElementTree as ET

import pytest

from tidings.errors import RejectedError
from tidings.watchlists.entries import MOST_ENTRIES, SearchEntry, StudyEntry, check_count
from tidings.watchlists.outlines import LARGEST, read, written

ODD = "ZIA/CL(06)0084-15"
SITE = "https://tidings.example"
ENTRIES = [
    StudyEntry(key="CA286969", name='Immune <cells> & "tissue" — ñ'),
    StudyEntry(key=ODD),
    SearchEntry(text='title:"trop2" AND state:AZ', name="Trop-2"),
]
HEAD = '<opml version="2.0"><head><title>T</title></head><body>'


def opml(body: str, head: str = HEAD) -> bytes:
    return f"{head}{body}</body></opml>".encode()


def test_what_is_written_is_read_as_it_was() -> None:
    outline = read(written("Trop-2\u202e & more", ENTRIES, site=SITE))
    assert outline.title == "Trop-2 & more"
    assert outline.entries == [ENTRIES[0], StudyEntry(key=ODD, name=ODD), ENTRIES[2]]


def test_it_is_opml_2_with_the_feeds_of_studies() -> None:
    root = ET.fromstring(written("T", ENTRIES, site=SITE))  # noqa: S314 - our own
    assert (root.tag, root.attrib) == ("opml", {"version": "2.0"})
    study, *_, search = root.findall("body/outline")
    assert (study.get("type"), study.get("xmlUrl")) == (
        "rss",
        f"{SITE}/studies/CA286969/feed.atom",
    )
    assert (search.get("type"), search.get("xmlUrl")) == ("link", None)


def test_folders_are_looked_into_and_other_feeds_are_counted() -> None:
    outline = read(
        opml(
            '<outline text="folder"><outline text="a" xmlUrl="https://news.example/rss"/>'
            '<outline title="b" xmlUrl="https://reporter.nih.gov/project-details/123"/></outline>'
        )
    )
    assert outline.entries == [StudyEntry(key="APPL:123", name="b")]
    assert outline.passed_over == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no XML after line 1"),
        (b"<opml><body>", "no XML after line"),
        (b"<html></html>", "does not begin with opml"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "document type"),
        (b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>', "document type"),
        (b'<!DOCTYPE l [<!ENTITY % p SYSTEM "http://x/">%p;]><opml/>', "document type"),
        (opml("<outline>" * 60 + "</outline>" * 60), "too deep"),
        (b" " * (LARGEST + 1), "too large"),
        ("<opml/>".encode("utf-7") + b"\xff\xfe", "no XML"),
    ],
)
def test_what_is_no_opml_or_brings_entities_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(RejectedError, match=said):
        read(data)


def test_a_file_with_very_many_outlines_is_read_to_its_limit() -> None:
    one = '<outline xmlUrl="https://x.example/studies/CA{}/feed.atom"/>'
    outline = read(opml("".join(one.format(number) for number in range(1000))))
    assert len(outline.entries) == MOST_ENTRIES + 1
    with pytest.raises(RejectedError, match="at most 200"):
        check_count(outline.entries)
