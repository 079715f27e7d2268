"""`tidings doctor mail`: the DNS records to set, and what of them is there and right."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUDPServer
from threading import Thread
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from dns.resolver import Resolver
from relay import RelayServer, running_relay
from typer.testing import CliRunner

from tidings.cli.app import app
from tidings.config import Settings
from tidings.delivery.dns_lookup import make_lookup
from tidings.delivery.dns_records import Domains, Grade, check, wanted
from tidings.delivery.readiness import check_relay, check_settings, domains_of
from tidings.errors import RetryableError

Zone = dict[tuple[str, str], list[str]]
MAIL, BACK, RELAY = "tidings.org", "bounce.tidings.org", "relay.tidings.org"
KEY = "v=DKIM1; k=rsa; p=MIIBkey"
OURS = Domains(MAIL, BACK, {"s1": KEY}, RELAY)


def zone(**changes: list[str]) -> Zone:
    """Return a zone in which all is well, but for changes by short names."""
    names = {
        "spf": (BACK, "TXT"),
        "dkim": (f"s1._domainkey.{MAIL}", "TXT"),
        "dmarc": (f"_dmarc.{MAIL}", "TXT"),
        "mx": (BACK, "MX"),
        "a": (RELAY, "A"),
        "ptr": ("192.0.2.7", "PTR"),
    }
    values = {
        "spf": [f"v=spf1 a:{RELAY} -all", "another text"],
        "dkim": [KEY],
        "dmarc": ["v=DMARC1; p=none"],
        "mx": [f"10 {RELAY}."],
        "a": ["192.0.2.7"],
        "ptr": [f"{RELAY}."],
    }
    return {names[one]: found for one, found in (values | changes).items()}


def grades(found: Zone, domains: Domains = OURS) -> Mapping[str, Grade]:
    def lookup(name: str, kind: str) -> tuple[str, ...]:
        return tuple(found.get((name, kind), ()))

    return {one.about.split(" ")[0]: one.grade for one in check(domains, lookup)}


def test_where_all_is_set_all_is_well() -> None:
    assert set(grades(zone()).values()) == {Grade.OK}


@pytest.mark.parametrize(
    ("short", "values", "about", "grade"),
    [
        ("spf", [], "SPF", Grade.MISSING),
        ("spf", ["v=spf1 -all", "v=spf1 a -all"], "SPF", Grade.WRONG),
        ("spf", ["v=spf1 +all"], "SPF", Grade.WRONG),
        ("spf", ["v=spf1 " + "include:x " * 11 + "-all"], "SPF", Grade.WRONG),
        ("dkim", [], "DKIM", Grade.MISSING),
        ("dkim", ["v=DKIM1; p="], "DKIM", Grade.WRONG),
        ("dkim", ["v=DKIM1; k=rsa; p=MIIBother"], "DKIM", Grade.WRONG),
        ("dkim", ["k=rsa; p=MIIB key"], "DKIM", Grade.OK),
        ("dmarc", [], "DMARC", Grade.MISSING),
        ("dmarc", ["v=DMARC1; p=maybe"], "DMARC", Grade.WRONG),
        ("dmarc", ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "DMARC", Grade.WRONG),
        ("mx", [], "MX", Grade.MISSING),
        ("ptr", [], "PTR", Grade.MISSING),
        ("ptr", ["elsewhere.example."], "PTR", Grade.NOTE),
        ("a", [], "relay", Grade.WRONG),
    ],
)
def test_what_is_missing_or_wrong_is_said(
    short: str, values: list[str], about: str, grade: Grade
) -> None:
    assert grades(zone(**{short: values}))[about] is grade


def test_alignment_is_of_kin_and_strict_where_the_domain_wants_it() -> None:
    def alignment(dmarc: str, back: str) -> Grade:
        found = zone(dmarc=[dmarc])
        for kind in ("TXT", "MX"):
            found[back, kind] = found[BACK, kind]
        return grades(found, Domains(MAIL, back, {"s1": KEY}, RELAY))["alignment"]

    assert alignment("v=DMARC1; p=none", BACK) is Grade.OK
    assert alignment("v=DMARC1; p=none; aspf=s", BACK) is Grade.WRONG
    assert alignment("v=DMARC1; p=none; aspf=s", MAIL) is Grade.OK
    assert alignment("v=DMARC1; p=none", "nottidings.org") is Grade.WRONG


def test_a_policy_of_the_domain_above_counts() -> None:
    found = zone(dmarc=[])
    deeper = Domains(f"news.{MAIL}", BACK, {}, "")
    found[f"_dmarc.{MAIL}", "TXT"] = ["v=DMARC1; p=reject"]
    assert grades(found, deeper)["DMARC"] is Grade.OK
    assert grades(found, deeper)["DKIM"] is Grade.MISSING


def test_the_records_to_set_are_those_that_are_then_found_well() -> None:
    records = [*wanted(OURS)]
    found = {(one.name, one.kind): [one.value] for one in records}
    found |= {(RELAY, "A"): ["192.0.2.7"], ("192.0.2.7", "PTR"): [f"{RELAY}."]}
    assert set(grades(found).values()) == {Grade.OK}


class NameServer(ThreadingUDPServer):
    """A name server that knows a zone, and nothing else."""

    daemon_threads = True
    found: Zone
    is_silent = False


class _Question(BaseRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        raw, socket = self.request
        question = dns.message.from_wire(raw)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.AA
        asked = question.question[0]
        name, kind = asked.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(asked.rdtype)
        if server.is_silent:
            return
        values = server.found.get((name, kind), [])
        if values:
            quoted = [f'"{one[:200]}" "{one[200:]}"' if kind == "TXT" else one for one in values]
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *quoted))
        elif not any(one == name for one, _ in server.found):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        socket.sendto(answer.to_wire(), self.client_address)


@contextmanager
def name_server(found: Zone) -> Generator[NameServer]:
    with NameServer(("127.0.0.1", 0), _Question) as server:
        server.found = found
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "dkim.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture
def relay() -> Generator[RelayServer]:
    with running_relay() as running:
        yield running


def test_the_command_asks_the_dns_and_ends_well_once_nothing_is_left_to_mend(
    tmp_path: Path, key_file: Path, relay: RelayServer
) -> None:
    env = {
        "TIDINGS_DATA_DIR": str(tmp_path),
        "TIDINGS_MAIL_FROM": f"news@{MAIL}",
        "TIDINGS_BOUNCE_DOMAIN": BACK,
        "TIDINGS_DKIM_SELECTOR": "s1",
        "TIDINGS_DKIM_KEY_FILE": str(key_file),
        "TIDINGS_SITE_URL": f"https://{MAIL}",
        "TIDINGS_MAILBOX_URL": "maildir:///var/mail/returned",
        "TIDINGS_SENDER": "smtp",
        "TIDINGS_SMTP_TLS": "none",
        "TIDINGS_SMTP_PORT": str(relay.port),
    }
    settings = Settings(mail_from=f"news@{MAIL}", dkim_selector="s1", dkim_key_file=key_file)
    found = zone(dkim=[domains_of(settings).keys["s1"]])
    with name_server(found) as server:
        ask = ["doctor", "mail", "--server", "127.0.0.1", "--port", str(server.server_address[1])]
        done = CliRunner().invoke(app, ask, env=env)
        assert (done.exit_code, "0 things to mend." in done.stdout) == (0, True), done.stdout
        assert f"s1._domainkey.{MAIL}  TXT  v=DKIM1; k=rsa; p=" in done.stdout
        del found[BACK, "MX"]
        done = CliRunner().invoke(app, ask, env=env)
        assert (done.exit_code, "1 thing to mend." in done.stdout) == (1, True)
        assert f"missing  MX of {BACK}: nothing that comes back arrives" in done.stdout
    done = CliRunner().invoke(app, ["doctor", "mail", "--offline"], env=env)
    assert (done.exit_code, "What is there" in done.stdout) == (0, True)


def test_a_dns_that_does_not_answer_is_no_missing_record() -> None:
    with name_server(zone()) as server:
        server.is_silent = True
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        lookup = make_lookup(resolver)
        resolver.lifetime = 0.2
        with pytest.raises(RetryableError, match="the DNS does not answer for _dmarc"):
            lookup("_dmarc.tidings.org", "TXT")


def settings_grades(**values: Any) -> dict[str, Grade]:
    return {one.about: one.grade for one in check_settings(Settings(**values))}


def test_the_settings_of_a_laptop_are_not_those_of_a_bulk_sender() -> None:
    assert settings_grades() == {
        "sender": Grade.NOTE,
        "one-click unsubscribe": Grade.WRONG,
        "return path": Grade.MISSING,
        "bounces and complaints": Grade.MISSING,
    }
    assert settings_grades(sender="smtp")["sender"] is Grade.WRONG


@pytest.mark.parametrize(
    ("host", "tls", "grade", "words"),
    [
        ("127.0.0.1", "none", Grade.OK, "on this machine"),
        ("127.0.0.1", "starttls", Grade.WRONG, "offers no STARTTLS"),
        ("127.0.0.1", "tls", Grade.WRONG, "cannot be reached"),
        ("relay.invalid", "none", Grade.WRONG, "in the clear"),
    ],
)
def test_a_relay_must_encrypt_unless_it_is_this_machine(
    relay: RelayServer, host: str, tls: Any, grade: Grade, words: str
) -> None:
    found = check_relay(Settings(smtp_host=host, smtp_port=relay.port, smtp_tls=tls))
    assert found.grade is grade
    assert words in found.words
