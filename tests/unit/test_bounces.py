"""What a returned mail says, and what is no returned mail."""

import pytest

from tidings.delivery.bounces import Bounce, read_bounce
from tidings.errors import QuarantinedError

ID = "<0123456789abcdef@tidings.example>"


def report(
    *, action: str = "failed", status: str = "5.1.1", returned: str = "message/rfc822"
) -> bytes:
    """Return a delivery status notification as a relay writes it."""
    return "\r\n".join(
        (
            "From: MAILER-DAEMON@relay.example",
            "To: bounces@tidings.example",
            "Subject: Undelivered mail",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            "",
            "--b",
            "Content-Type: text/plain",
            "",
            "Your message could not be delivered.",
            "--b",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; relay.example",
            "",
            "Final-Recipient: rfc822; reader@clinic.example",
            f"Action: {action}",
            f"Status: {status}",
            "Diagnostic-Code: smtp; 550 5.1.1 no such",
            "  reader here",
            "",
            "--b",
            f"Content-Type: {returned}",
            "",
            f"Message-ID: {ID}",
            "Subject: Your digest",
            "",
            "--b--",
            "",
        )
    ).encode()


def test_a_failure_for_good_is_hard_and_says_why() -> None:
    bounce = read_bounce(report())
    assert bounce == Bounce(ID, is_hard=True, detail="5.1.1 smtp; 550 5.1.1 no such reader here")


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "4.2.2")])
def test_what_may_pass_is_soft(action: str, status: str) -> None:
    assert not read_bounce(report(action=action, status=status)).is_hard


def test_the_headers_alone_may_come_back() -> None:
    assert read_bounce(report(returned="text/rfc822-headers")).message_id == ID


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "no report of a mail server"),
        (b"Subject: I am away until Monday\r\n\r\nHi", "no report of a mail server"),
        (b"\xff\x00" * 50, "no report of a mail server"),
        (report().replace(ID.encode(), b""), "does not say which message"),
    ],
)
def test_anything_else_is_refused_in_words(raw: bytes, words: str) -> None:
    with pytest.raises(QuarantinedError, match=words):
        read_bounce(raw)
