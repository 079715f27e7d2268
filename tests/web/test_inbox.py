"""The inbox of captured mail."""

import pytest
from site_of_tests import KEY, Visitor

from tidings.config import Settings
from tidings.delivery.senders.capture import Inbox
from tidings.delivery.senders.make import inbox_folder

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
def mail_id(settings: Settings) -> str:
    return Inbox(inbox_folder(settings)).newest()[0].id


def test_what_was_captured_is_listed(site: Visitor, mail_id: str) -> None:
    page = site.get("/inbox").text
    assert "1 message." in page
    assert f'href="/inbox/{mail_id}">{KEY}: end date moved earlier</a>' in page


def test_a_mail_is_shown_with_its_headers_its_text_and_its_size(
    site: Visitor, mail_id: str
) -> None:
    page = site.get(f"/inbox/{mail_id}").text
    for part in ("List-Unsubscribe-Post", "reader@clinic.org", "was 31 Dec 2029", "bytes"):
        assert part in page


def test_its_html_stands_in_a_frame_that_may_do_nothing(site: Visitor, mail_id: str) -> None:
    assert f'src="/inbox/{mail_id}/html" sandbox>' in site.get(f"/inbox/{mail_id}").text
    policy = site.get(f"/inbox/{mail_id}/html").headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy


def test_the_raw_message_is_given_as_it_went(site: Visitor, mail_id: str) -> None:
    raw = site.get(f"/inbox/{mail_id}/raw")
    assert raw.headers["content-type"].startswith("text/plain")
    assert "Message-ID: <" in raw.text


@pytest.mark.parametrize("mail_id", ["0" * 24, "..%2f..%2fsecret", "x"])
def test_no_other_file_is_reached(site: Visitor, mail_id: str) -> None:
    assert site.get(f"/inbox/{mail_id}").status_code == 404
