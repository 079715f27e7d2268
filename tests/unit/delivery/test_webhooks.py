"""Webhooks as Standard Webhooks has them: names, moments, signatures."""

import hmac
from base64 import b64decode, b64encode
from datetime import timedelta
from hashlib import sha256

import pytest
from conftest import NOW
from standardwebhooks import Webhook, WebhookVerificationError

from tidings.clock import machine_now
from tidings.delivery.answers import GoneError, words_of
from tidings.delivery.backoff import CALL_WAITS, wait_before_call
from tidings.delivery.endpoints import Secrets, new_secret, shown_address
from tidings.delivery.guarding import Answer
from tidings.delivery.webhooks import headers_of
from tidings.errors import RetryableError

BODY = '{"type":"study.changed","words":"Año"}'.encode()


def test_a_signature_is_what_the_standard_says_by_hand() -> None:
    secret = new_secret()
    headers = headers_of(BODY, webhook_id="call:1:2:3", secrets=[secret], at=NOW)
    key = b64decode(secret.removeprefix("whsec_"))
    signed = b"call:1:2:3." + headers["webhook-timestamp"].encode() + b"." + BODY
    expected = b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))


def test_both_secrets_sign_while_they_change_and_no_other_verifies() -> None:
    old = Secrets(current=new_secret())
    both = old.changed(now=NOW)
    now = machine_now()
    headers = dict(
        headers_of(
            BODY, webhook_id="x", secrets=both.signing(now=NOW + timedelta(hours=23)), at=now
        )
    )
    for secret in (old.current, both.current):
        Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)
    assert both.signing(now=NOW + timedelta(hours=24)) == (both.current,)


def test_secrets_differ_and_are_long_enough() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(b64decode(secret.removeprefix("whsec_"))) for secret in made} == {24}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_yes(status: int) -> None:
    assert words_of(Answer(status, {}, b"ok"), now=NOW) == f"answered {status}"


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 408, 429, 500, 503])
def test_anything_else_may_be_mended_and_is_tried_again(status: int) -> None:
    with pytest.raises(RetryableError, match=f"answered {status}"):
        words_of(Answer(status, {}, b""), now=NOW)


def test_410_is_the_end() -> None:
    with pytest.raises(GoneError):
        words_of(Answer(410, {}, b""), now=NOW)


def test_what_is_shown_of_an_answer_is_short_and_one_line() -> None:
    with pytest.raises(RetryableError) as seen:
        words_of(Answer(500, {}, b"a\r\nb\x00" + b"x" * 60_000), now=NOW)
    assert len(str(seen.value)) < 250
    assert "\n" not in str(seen.value)


def test_waits_grow_and_come_to_an_end_after_about_three_days() -> None:
    waits = [wait_before_call(attempt, jitter=0) for attempt in range(2, 12)]
    assert waits == [*CALL_WAITS, None]
    assert list(CALL_WAITS) == sorted(CALL_WAITS)
    assert timedelta(days=3) < sum(CALL_WAITS, timedelta()) < timedelta(days=3.5)
    assert wait_before_call(3, jitter=0.999) < CALL_WAITS[1] * 1.1  # pyright: ignore[reportOptionalOperand] - not the last
    with pytest.raises(ValueError, match="no wait"):
        wait_before_call(1, jitter=0)


def test_what_is_shown_of_an_address_gives_no_secret_away() -> None:
    hook = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert shown_address(hook) == "hooks.slack.com/…i7FQ"
    assert shown_address("tgram://123456789:abcdefg_hijklmnop/12315544") == "tgram://…5544"
