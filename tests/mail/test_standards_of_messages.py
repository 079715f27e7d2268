"""What the standards ask of a bulk mail, each row of the list with its check."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import dkim
import pytest
from conftest import NOW
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.mail.naive import parsed, parts_of

from tidings.config import Settings
from tidings.delivery.dkim import make_signer
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.flows.write_mail import CONSENT, NOTHING_TO_END, Recipient, write_mail
from tidings.notices.letters import AlertLetter
from tidings.notices.plain_letters import Letter
from tidings.notices.samples import sample_letters
from tidings.rendering.slots import SLOT
from tidings.subscribers.models import SubscriberState
from tidings.subscribers.tokens import mail_token, read_unsubscribe_token

TO = "r@clinic.org"
READER = 7
KINDS = tuple(DeliveryKind)
LISTED = (
    DeliveryKind.CHANGE_ALERT,
    DeliveryKind.DIGEST,
    DeliveryKind.HEARTBEAT,
    DeliveryKind.ROLL_UP,
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"site_url": "https://tidings.example", "reply_to": "eva@tidings.example"}
    )


def delivery_of(kind: DeliveryKind, *, address: bytes | None = None) -> Delivery:
    return Delivery(
        id=9,
        key=f"some:{kind}",
        subscriber_id=READER,
        kind=kind,
        message_id="<0123456789abcdef.x@tidings.example>",
        address=address,
        due_at=NOW,
        created_at=NOW,
    )


def letter_of(kind: DeliveryKind, language: str = "en") -> Letter:
    letters: Mapping[str, Letter] = sample_letters(language)
    return letters[kind.value.replace("_", "-")]


def mail_of(
    kind: DeliveryKind,
    settings: Settings,
    language: str = "en",
    letter: Letter | None = None,
) -> EmailMessage:
    written = letter or letter_of(kind, language)
    data = write_mail(delivery_of(kind), written, Recipient(TO, language), settings).data
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 998
    return parsed(data)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_structure_text_first_then_html_in_utf_8_without_a_defect(
    kind: DeliveryKind, language: str, settings: Settings
) -> None:
    message = mail_of(kind, settings, language)
    assert [part.defects for part in message.walk()] == [[], [], []]
    assert list(parts_of(message)) == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in message.iter_parts()] == ["utf-8", "utf-8"]
    assert message["Content-Language"] == language
    assert SLOT not in message.as_string()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NOTHING_TO_END])
def test_one_click_unsubscribe_names_the_reader_and_stands_first(
    kind: DeliveryKind, settings: Settings
) -> None:
    headers = mail_of(kind, settings)
    link = headers["List-Unsubscribe"].partition(">")[0].lstrip("<")
    assert link.startswith("https://tidings.example/unsubscribe/")
    token = link.removeprefix("https://tidings.example/unsubscribe/").partition("/")[0]
    scope = read_unsubscribe_token(settings.secret, token)
    assert (scope.subscriber_id, scope.message_id_start) == (READER, "<0123456789abcdef")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("kind", sorted(NOTHING_TO_END))
def test_a_mail_after_which_nothing_is_left_offers_no_unsubscribing(
    kind: DeliveryKind, settings: Settings
) -> None:
    headers = mail_of(kind, settings)
    assert "List-Unsubscribe" not in headers
    assert "List-Unsubscribe-Post" not in headers


@pytest.mark.parametrize("kind", [DeliveryKind.CHANGE_ADDRESS, DeliveryKind.ADDRESS_CHANGED])
def test_who_reads_another_address_than_the_readers_cannot_end_what_is_the_readers(
    kind: DeliveryKind, settings: Settings
) -> None:
    delivery = delivery_of(kind, address=b"sealed")
    mail = write_mail(delivery, letter_of(kind), Recipient(TO, "en"), settings)
    token = mail_token(settings.secret, READER, delivery.message_id)
    assert "List-Unsubscribe" not in parsed(mail.data)
    assert "".join(parts_of(parsed(mail.data)).values()).count(token) == 0


def test_an_alert_is_its_studys_list_and_one_click_ends_that_study(settings: Settings) -> None:
    letter = letter_of(DeliveryKind.CHANGE_ALERT)
    assert isinstance(letter, AlertLetter)
    headers = mail_of(DeliveryKind.CHANGE_ALERT, settings)
    key = letter.study.key
    assert headers["List-Id"] == f"Tidings <study-{key}.tidings.example>"
    assert headers["List-Unsubscribe"].endswith(f"/studies/{key}>")
    assert headers["List-Archive"] == f"<https://tidings.example/studies/{key}>"


def test_an_alert_that_a_search_found_is_that_searchs_list(settings: Settings) -> None:
    letter = letter_of(DeliveryKind.CHANGE_ALERT)
    digest = sample_letters()["digest"]
    search = next(block.search for block in vars(digest)["searches"])
    assert isinstance(letter, AlertLetter)
    found = replace(letter, search=search)
    headers = mail_of(DeliveryKind.CHANGE_ALERT, settings, letter=found)
    number = search.stop_url.rpartition("/")[2]
    assert headers["List-Id"] == f"Tidings <search-{number}.tidings.example>"
    assert headers["List-Unsubscribe"].endswith(f"/searches/{number}>")


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_comes_again_is_a_list_and_bulk(kind: DeliveryKind, settings: Settings) -> None:
    headers = mail_of(kind, settings)
    assert ("List-Id" in headers) == (kind in LISTED)
    assert headers["Precedence"] == ("bulk" if kind in LISTED else None)


def test_a_digest_is_the_list_of_its_cadence_and_leads_to_all_that_it_tells(
    settings: Settings,
) -> None:
    headers = mail_of(DeliveryKind.DIGEST, settings)
    assert headers["List-Id"] == "Tidings <digest-weekly.tidings.example>"
    assert headers["List-Archive"].startswith("<https://tidings.example/mail/")
    assert headers["List-Help"] == "<https://tidings.example>"


@pytest.mark.parametrize("kind", KINDS)
def test_no_machine_answers_and_the_feedback_id_names_nobody(
    kind: DeliveryKind, settings: Settings
) -> None:
    headers = mail_of(kind, settings)
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "All"
    fields = headers["Feedback-ID"].split(":")
    assert fields == [kind.value.replace("_", "-"), "en", "tidings"]


def test_a_person_reads_answers(settings: Settings) -> None:
    assert mail_of(DeliveryKind.DIGEST, settings)["Reply-To"] == "eva@tidings.example"


def test_alerts_of_one_study_answer_to_one_root_and_digests_to_none(settings: Settings) -> None:
    letter = letter_of(DeliveryKind.CHANGE_ALERT)
    assert isinstance(letter, AlertLetter)
    other = replace(letter, headline="something else")
    root = f"<study-{letter.study.key}.{READER}@tidings.example>"
    for one in (letter, other):
        headers = mail_of(DeliveryKind.CHANGE_ALERT, settings, letter=one)
        assert headers["References"] == headers["In-Reply-To"] == root
    assert "References" not in mail_of(DeliveryKind.DIGEST, settings)


def test_a_message_has_the_same_names_on_every_attempt(settings: Settings) -> None:
    first, second = (mail_of(DeliveryKind.DIGEST, settings) for _ in range(2))
    for name in ("Message-ID", "X-Tidings-Delivery", "List-Unsubscribe"):
        assert first[name] == second[name]
    assert first["Message-ID"] == "<0123456789abcdef.x@tidings.example>"


def test_what_is_personal_comes_into_each_copy_and_nowhere_else(settings: Settings) -> None:
    letter, bodies = letter_of(DeliveryKind.DIGEST), list[str]()
    for reader in (1, 2):
        delivery = delivery_of(DeliveryKind.DIGEST)
        delivery.subscriber_id = reader
        data = write_mail(delivery, letter, Recipient(TO, "en"), settings).data
        token = mail_token(settings.secret, reader, delivery.message_id)
        html = parts_of(parsed(data))["text/html"]
        assert html.count(token) > 3
        bodies.append(html.replace(token, ""))
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("kind", KINDS)
def test_dkim_signs_what_counts_of_every_kind(
    kind: DeliveryKind, settings: Settings, key_file: Path
) -> None:
    signing = settings.model_copy(update={"dkim_key_file": key_file})
    delivery = delivery_of(kind)
    data = write_mail(delivery, letter_of(kind), Recipient(TO, "en"), signing).data
    (key,) = make_signer(signing).keys
    verifier: Any = dkim

    def dns(_name: bytes, **_timeout: int) -> bytes:
        return key.record.encode()

    assert verifier.verify(data, dnsfunc=dns)
    names = parsed(data)["DKIM-Signature"].partition("h=")[2].partition(";")[0]
    signed = "".join(names.split()).split(":")
    assert signed.count("from") == 2
    present = {name.lower() for name in parsed(data).keys()}  # noqa: SIM118 - it iterates bodies
    listed = {name for name in present if name.startswith("list-")}
    assert listed <= set(signed)


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "key.pem"
    path.write_bytes(
        rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_every_kind_has_its_consent() -> None:
    assert set(CONSENT) == set(KINDS)
    pending = {kind for kind, states in CONSENT.items() if SubscriberState.PENDING in states}
    assert pending == {DeliveryKind.CONFIRM, DeliveryKind.BRAKE_PULLED}


def test_the_date_is_when_it_is_written(settings: Settings) -> None:
    date = mail_of(DeliveryKind.DIGEST, settings)["Date"].datetime
    assert isinstance(date, datetime)
    assert abs((datetime.now(date.tzinfo) - date).total_seconds()) < 60
