"""Standards, rows DSN and ARF: what a message that came to us is, whoever wrote it and how."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from returned_mail import ID, SECRET, complaint, letter, old_letter, original, report

from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.intake import Farewell, Ignored, read_mail, unsubscribe_address
from tidings.delivery.refusals import Fault
from tidings.delivery.verp import reference, return_path
from tidings.errors import QuarantinedError

OURS = return_path(SECRET, 42, "bounce.tidings.example")
FORGED = OURS.replace("b+16.", "b+17.")
BARE = original(message_id="")


def read(raw: bytes, *, signed_only: bool = True) -> Feedback:
    found = read_mail(raw, SECRET, signed_only=signed_only)
    assert isinstance(found, Feedback)
    return found


def why_ignored(raw: bytes, *, signed_only: bool = True) -> str:
    found = read_mail(raw, SECRET, signed_only=signed_only)
    assert isinstance(found, Ignored)
    return found.kind


def test_dsn_a_failure_for_good_says_which_mail_and_why() -> None:
    found = read(report(to=OURS))
    assert (found.kind, found.delivery_id, found.message_id) == (FeedbackKind.BOUNCED, 42, ID)
    assert found.refusal is not None
    assert found.refusal.fault is Fault.ADDRESS
    assert found.detail == "5.1.1 smtp; 550 5.1.1 no such reader here"


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind", "fault"),
    [
        ("failed", "4.2.2", "", FeedbackKind.BOUNCED, Fault.MAILBOX),
        ("Failed", "5.0.0", "smtp; 550 5.1.1 unknown", FeedbackKind.BOUNCED, Fault.ADDRESS),
        ("failed", "", "smtp; 550-5.7.26 unauthenticated", FeedbackKind.BOUNCED, Fault.SENDER),
        ("failed", "5.1.1 (bad mailbox)", "", FeedbackKind.BOUNCED, Fault.ADDRESS),
        ("failed", "5.0.0", "smtp; 552 too big", FeedbackKind.BOUNCED, Fault.SIZE),
        ("delayed", "4.4.1", "", FeedbackKind.DEFERRED, None),
        ("delivered", "2.1.5", "", FeedbackKind.DELIVERED, None),
        ("relayed", "2.1.9", "", FeedbackKind.DELIVERED, None),
    ],
)
def test_dsn_every_action_and_status_is_understood(
    action: str, status: str, diagnostic: str, kind: FeedbackKind, fault: Fault | None
) -> None:
    found = read(report(to=OURS, action=action, status=status, diagnostic=diagnostic))
    assert found.kind is kind
    assert (found.refusal.fault if found.refusal else None) is fault


@pytest.mark.parametrize(
    "raw",
    [
        report(returned=original(return_path=OURS)),
        report(returned=original(reference=reference(SECRET, 42)), headers_only=True),
        report(to=f"Bounces <{OURS.upper()}>", returned=BARE),
        report(to=OURS).replace(b"message/delivery-status", b"message/global-delivery-status"),
        complaint(mail_from=OURS),
        complaint(returned=original(return_path=OURS)),
        complaint(returned=original(reference=reference(SECRET, 42))),
        old_letter(to=OURS, words="<reader@clinic.example>:\nRemote host said: 550 5.1.1 unknown"),
    ],
)
def test_verp_a_signed_reference_is_found_wherever_it_stands(raw: bytes) -> None:
    assert read(raw).delivery_id == 42


def test_verp_a_forged_reference_is_ignored_and_counted_as_forged() -> None:
    assert why_ignored(report(to=FORGED)) == "forged"
    assert why_ignored(report(to=FORGED), signed_only=False) == "forged"
    assert why_ignored(report()) == "unsigned"
    assert why_ignored(complaint(mail_from=FORGED)) == "unsigned"


def test_without_return_paths_the_message_id_is_enough() -> None:
    assert read(report(), signed_only=False).message_id == ID
    assert read(report(headers_only=True), signed_only=False).message_id == ID
    with pytest.raises(QuarantinedError, match="does not say which message"):
        read_mail(report(returned=BARE), SECRET, signed_only=False)


def test_arf_a_complaint_is_known_without_the_readers_address() -> None:
    found = read(complaint(mail_from=OURS))
    assert (found.kind, found.address) == (FeedbackKind.COMPLAINED, "")
    assert found.detail == "abuse, told by SomeProvider-FBL/2.0"


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_arf_a_report_that_complains_of_nothing_is_no_complaint(kind: str) -> None:
    with pytest.raises(QuarantinedError):
        read_mail(complaint(kind=kind, mail_from=OURS), SECRET, signed_only=True)


@pytest.mark.parametrize(
    "raw",
    [
        letter(Auto_Submitted="auto-replied (vacation)"),
        letter(Auto_Submitted="auto-generated"),
        letter(X_Autoreply="yes"),
        letter(X_Autorespond="away"),
        letter(Precedence="auto_reply"),
        letter(Precedence="bulk", Subject="Out of office: back on Monday"),
        letter(Precedence="junk", Subject="Fuera de la oficina"),
        letter(Return_Path="<>", Subject="Read: 3 changes"),
        letter(to=OURS, Auto_Submitted="auto-replied"),
        old_letter(to=OURS, words="It went wrong."),
    ],
)
def test_an_automatic_answer_is_ignored(raw: bytes) -> None:
    assert why_ignored(raw) == "automatic"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00" * 50,
        letter(Subject="Please stop"),
        letter(Auto_Submitted="no"),
        letter(Precedence="bulk", Subject="The news of our club"),
        letter(to=FORGED),
    ],
)
def test_what_a_human_must_read_is_kept_for_one(raw: bytes) -> None:
    with pytest.raises(QuarantinedError):
        read_mail(raw, SECRET, signed_only=True)


@pytest.mark.parametrize(
    ("list_name", "wanted"),
    [
        ("digest-weekly", Farewell("TOKEN-a_9")),
        ("", Farewell("TOKEN-a_9")),
        ("study-CA286969", Farewell("TOKEN-a_9", study="CA286969")),
        ("search-7", Farewell("TOKEN-a_9", search_id=7)),
        ("search-²", Farewell("TOKEN-a_9")),
    ],
)
def test_a_mail_to_the_unsubscribe_address_ends_what_its_list_is(
    list_name: str, wanted: Farewell
) -> None:
    address, _, query = unsubscribe_address("TOKEN-a_9", "tidings.example", list_name).partition(
        "?"
    )
    assert query.startswith("subject=")
    raw = letter(to=f"<{address}>", Subject=list_name or "unsubscribe")
    assert read_mail(raw, SECRET, signed_only=True) == wanted


REAL = (report(to=OURS), complaint(mail_from=OURS), old_letter(to=OURS, words="550 5.1.1 gone"))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a real report with bytes changed, cut out, doubled or slipped in."""
    raw = bytearray(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(raw)))
        until = draw(st.integers(place, min(len(raw), place + 60)))
        raw[place:until] = draw(st.binary(max_size=30) | st.just(bytes(raw[place:until]) * 2))
    return bytes(raw[: draw(st.integers(0, len(raw)))]) if draw(st.booleans()) else bytes(raw)


@given(raw=damaged() | st.binary(max_size=300), signed_only=st.booleans())
@example(raw=b"Content-Type: multipart/report; boundary=\xff\r\n\r\n--\xff", signed_only=False)
@example(raw=b"Content-Type: message/rfc822\r\n\r\n" * 300, signed_only=True)
@example(
    raw=b"Subject: =?utf-99?q?=ff?=\r\nContent-Type: text/plain; charset=x\r\n", signed_only=True
)
def test_whatever_comes_is_read_or_set_aside_and_nothing_breaks(
    *, raw: bytes, signed_only: bool
) -> None:
    try:
        found = read_mail(raw, SECRET, signed_only=signed_only)
    except QuarantinedError:
        return
    assert isinstance(found, Feedback | Farewell | Ignored)
    if isinstance(found, Feedback):
        assert found.delivery_id in {42, None}
        assert found.delivery_id == 42 or (found.message_id and not signed_only)
        assert "\n" not in found.detail
