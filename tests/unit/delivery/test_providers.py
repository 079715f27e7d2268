"""What mail providers tell, in their shapes: by what they prove themselves, and what it means."""

import json
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_calls import (
    CERTIFICATE_URL,
    PASSWORD,
    SNS_TOPIC,
    Account,
    postmark_call,
    ses_bounce,
)
from returned_mail import SECRET

from tidings.delivery.feedback import FeedbackKind
from tidings.delivery.providers.base import Call, Told, UnprovenError
from tidings.delivery.providers.postmark import read_postmark
from tidings.delivery.providers.sendgrid import read_sendgrid
from tidings.delivery.providers.ses import read_ses
from tidings.delivery.refusals import Fault
from tidings.delivery.verp import reference, return_path
from tidings.errors import RejectedError

NOW = datetime.fromisoformat("2026-11-25T10:00:00Z")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def account() -> Account:
    return Account(NOW)


def ses(account: Account, event: Any, *, now: datetime = NOW, **changes: str) -> Told:
    call = Call(account.sns(event, at=NOW, **changes), {}, now)
    return read_ses(call, secret=SECRET, topic=SNS_TOPIC, certificate_of=lambda _: account.pem)


def sendgrid(account: Account, *events: dict[str, Any], now: datetime = NOW) -> Told:
    call = account.sendgrid(list(events), at=NOW)
    return read_sendgrid(Call(call.body, call.headers, now), public_key=account.public_key)


def postmark(**record: Any) -> Told:
    return read_postmark(postmark_call(record, at=NOW), password=PASSWORD)


def kinds(told: Told) -> list[tuple[FeedbackKind, Fault | None]]:
    return [(one.kind, one.refusal.fault if one.refusal else None) for one in told.feedback]


BOUNCED, COMPLAINED = FeedbackKind.BOUNCED, FeedbackKind.COMPLAINED
DELIVERED, UNSUBSCRIBED = FeedbackKind.DELIVERED, FeedbackKind.UNSUBSCRIBED


@pytest.mark.parametrize(
    ("kind", "subtype", "status", "fault"),
    [
        ("Permanent", "General", "5.1.1", Fault.ADDRESS),
        ("Permanent", "NoEmail", "", Fault.ADDRESS),
        ("Permanent", "OnAccountSuppressionList", "", Fault.ADDRESS),
        ("Permanent", "General", "5.7.26", Fault.SENDER),
        ("Transient", "MailboxFull", "5.0.0", Fault.MAILBOX),
        ("Transient", "General", "", Fault.MAILBOX),
        ("Transient", "MessageTooLarge", "", Fault.SIZE),
        ("Transient", "ContentRejected", "", Fault.CONTENT),
        ("Undetermined", "Undetermined", "", Fault.MAILBOX),
    ],
)
def test_ses_a_bounce_of_each_type(
    account: Account, kind: str, subtype: str, status: str, fault: Fault
) -> None:
    event = ses_bounce(kind=kind, subtype=subtype, status=status)
    assert kinds(ses(account, event)) == [(BOUNCED, fault)]


def test_ses_a_mail_is_known_by_our_own_headers_whatever_ses_made_of_them(account: Account) -> None:
    header = {"name": "X-TIDINGS-DELIVERY", "value": reference(SECRET, 42)}
    (found,) = ses(account, ses_bounce(headers=[header])).feedback
    assert (found.delivery_id, found.address) == (42, "reader@clinic.example")
    (found,) = ses(account, ses_bounce(source=return_path(SECRET, 7, "b.example"))).feedback
    assert found.delivery_id == 7
    header = {"name": "Message-ID", "value": "<1@tidings.example>"}
    (found,) = ses(account, ses_bounce(headers=[header])).feedback
    assert (found.delivery_id, found.message_id) == (None, "<1@tidings.example>")


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        (
            {
                "eventType": "Complaint",
                "complaint": {
                    "complaintFeedbackType": "abuse",
                    "complainedRecipients": [{"emailAddress": "r@x.example"}],
                },
            },
            [(COMPLAINED, None)],
        ),
        (
            {"notificationType": "Delivery", "delivery": {"recipients": ["r@x"]}},
            [(DELIVERED, None)],
        ),
        (
            {"eventType": "Reject", "reject": {"reason": "a virus"}},
            [(FeedbackKind.REJECTED, Fault.CONTENT)],
        ),
        ({"eventType": "Complaint", "complaint": {"complaintFeedbackType": "not-spam"}}, []),
        ({"eventType": "Open"}, []),
        ({}, []),
    ],
)
def test_ses_every_other_event(account: Account, event: dict[str, Any], wanted: list[Any]) -> None:
    found = ses(account, event)
    assert kinds(found) == wanted
    assert found.others == (0 if wanted else 1)


def test_ses_an_operator_is_shown_where_to_agree_and_nothing_is_fetched(account: Account) -> None:
    url = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336"
    assert ses(account, {}, Type="SubscriptionConfirmation", SubscribeURL=url).confirm_url == url
    evil = "https://sns.us-east-1.amazonaws.com.evil.example/?x"
    assert not ses(account, {}, Type="SubscriptionConfirmation", SubscribeURL=evil).confirm_url


@pytest.mark.parametrize(
    "changes",
    [
        {"TopicArn": "arn:aws:sns:us-east-1:999999999999:another"},
        {"Type": "UnsubscribeConfirmation"},
        {"SignatureVersion": "1"},
        {"Signature": "AAAA"},
        {"Signature": "?"},
        *(
            {"SigningCertURL": url}
            for url in (
                "",
                CERTIFICATE_URL.replace("https", "http"),
                CERTIFICATE_URL.replace("us-east-1", "eu-west-1"),
                CERTIFICATE_URL.replace("amazonaws.com", "amazonaws.com.evil.example"),
                CERTIFICATE_URL.replace("sns.", "evil.example/sns."),
                CERTIFICATE_URL.replace("sns.", "user@sns."),
                CERTIFICATE_URL.replace("Simple", "../Simple"),
            )
        ),
    ],
)
def test_ses_whatever_amazon_did_not_sign_for_our_topic_is_refused(
    account: Account, changes: dict[str, str]
) -> None:
    asked: list[str] = []

    def certificate_of(url: str) -> bytes:
        asked.append(url)
        return account.pem

    call = Call(account.sns(ses_bounce(), at=NOW, **changes), {}, NOW)
    with pytest.raises(UnprovenError):
        read_ses(call, secret=SECRET, topic=SNS_TOPIC, certificate_of=certificate_of)
    assert set(asked) <= {CERTIFICATE_URL}


def test_ses_an_altered_or_foreign_signature_and_an_old_certificate_are_refused(
    account: Account,
) -> None:
    body = account.sns(ses_bounce(), at=NOW)
    other = Account(NOW)
    for raw, pem, now, words in (
        (body.replace(b"reader@", b"victim@"), account.pem, NOW, "does not fit"),
        (body, other.pem, NOW, "does not fit"),
        (body, b"no certificate", NOW, "cannot be read"),
        (body, account.pem, NOW + 9 * DAY, "not valid now"),
        (b"[]", account.pem, NOW, "no message of SNS"),
    ):
        with pytest.raises(UnprovenError, match=words):
            read_ses(
                Call(raw, {}, now),
                secret=SECRET,
                topic=SNS_TOPIC,
                certificate_of=lambda _, p=pem: p,
            )


@pytest.mark.parametrize("now", [NOW + 26 * timedelta(hours=1), NOW - timedelta(minutes=6)])
def test_a_call_from_long_ago_or_from_the_future_is_a_replay(
    account: Account, now: datetime
) -> None:
    with pytest.raises(UnprovenError, match="too old, or from the future"):
        ses(account, ses_bounce(), now=now)
    with pytest.raises(UnprovenError, match="too old, or from the future"):
        sendgrid(account, {"event": "bounce"}, now=now)
    call = postmark_call({"RecordType": "Bounce", "BouncedAt": NOW.isoformat()}, at=now)
    with pytest.raises(UnprovenError, match="too old, or from the future"):
        read_postmark(call, password=PASSWORD)


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ({"RecordType": "Bounce", "Type": "HardBounce"}, (BOUNCED, Fault.ADDRESS)),
        ({"RecordType": "Bounce", "Type": "SoftBounce"}, (BOUNCED, Fault.MAILBOX)),
        ({"RecordType": "Bounce", "Type": "DMARCPolicy"}, (BOUNCED, Fault.SENDER)),
        (
            {"RecordType": "Bounce", "Type": "HardBounce", "Details": "smtp;550 5.7.515 denied"},
            (BOUNCED, Fault.SENDER),
        ),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, (COMPLAINED, None)),
        ({"RecordType": "Delivery", "DeliveredAt": "2026-11-25T09:59:00Z"}, (DELIVERED, None)),
        (
            {
                "RecordType": "SubscriptionChange",
                "SuppressSending": True,
                "SuppressionReason": "ManualSuppression",
            },
            (UNSUBSCRIBED, Fault.ADDRESS),
        ),
        ({"RecordType": "SubscriptionChange", "SuppressSending": False}, None),
        ({"RecordType": "Bounce", "Type": "AutoResponder"}, None),
        ({"RecordType": "Open"}, None),
        ({}, None),
    ],
)
def test_postmark_every_record(record: dict[str, Any], wanted: Any) -> None:
    found = postmark(**record, Email="reader@clinic.example", ID=4323372036854775807)
    assert kinds(found) == ([wanted] if wanted else [])
    assert found.others == (0 if wanted else 1)


@pytest.mark.parametrize(
    "given", ["", "Basic", "Bearer x", "Basic ???", "Basic " + b64encode(b"user:wrong").decode()]
)
def test_postmark_without_its_password_is_refused(given: str) -> None:
    call = Call(b"{}", {"authorization": given}, NOW)
    with pytest.raises(UnprovenError, match="password"):
        read_postmark(call, password=PASSWORD)


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        ({"event": "bounce", "status": "5.1.1"}, (BOUNCED, Fault.ADDRESS)),
        ({"event": "bounce", "reason": "550 5.7.26 no"}, (BOUNCED, Fault.SENDER)),
        ({"event": "bounce", "type": "blocked"}, (BOUNCED, Fault.MAILBOX)),
        ({"event": "dropped", "reason": "Bounced Address"}, (BOUNCED, Fault.ADDRESS)),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, (UNSUBSCRIBED, None)),
        ({"event": "dropped", "reason": "Some other"}, None),
        ({"event": "delivered", "response": "250 OK"}, (DELIVERED, None)),
        ({"event": "deferred", "attempt": 5}, (FeedbackKind.DEFERRED, None)),
        ({"event": "spamreport"}, (COMPLAINED, None)),
        ({"event": "group_unsubscribe", "asm_group_id": 1}, (UNSUBSCRIBED, None)),
        ({"event": "click", "url": "https://x"}, None),
    ],
)
def test_sendgrid_every_event(account: Account, event: dict[str, Any], wanted: Any) -> None:
    found = sendgrid(
        account, event | {"email": "r@x.example", "smtp-id": "<1@t>"}, {"event": "open"}
    )
    assert kinds(found) == ([wanted] if wanted else [])
    assert found.others == (1 if wanted else 2)
    assert {(one.message_id, one.address) for one in found.feedback} <= {("<1@t>", "r@x.example")}


def test_sendgrid_whatever_it_did_not_sign_is_refused(account: Account) -> None:
    call = account.sendgrid([{"event": "bounce"}], at=NOW)
    stamp = "x-twilio-email-event-webhook-timestamp"
    for body, headers in (
        (call.body + b" ", call.headers),
        (call.body, {**call.headers, stamp: str(int(call.headers[stamp]) + 1)}),
        (call.body, {}),
    ):
        with pytest.raises(UnprovenError, match="does not fit"):
            read_sendgrid(Call(body, headers, NOW), public_key=account.public_key)
    with pytest.raises(RejectedError, match="no public key"):
        read_sendgrid(call, public_key="nonsense!")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("event", "email", "mail", "bounce", "RecordType", "Type", "smtp-id"))
            | st.text(max_size=8),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON.map(lambda found: json.dumps(found).encode()))
def test_whatever_a_provider_sends_is_understood_or_refused_and_nothing_breaks(
    account: Account, raw: bytes
) -> None:
    for read in (
        lambda: ses(account, raw),
        lambda: read_postmark(postmark_call(raw, at=NOW), password=PASSWORD),
        lambda: read_sendgrid(account.sendgrid(raw, at=NOW), public_key=account.public_key),
    ):
        try:
            found = read()
        except (ValueError, UnprovenError):
            continue
        assert isinstance(found, Told)
