"""Whether the settings are fit to send mail to the large mailbox providers.

Gmail, Yahoo and Microsoft ask bulk senders for authentication, encryption, one-click unsubscribe
and few complaints; what of it can be seen from here is looked at.
"""

import smtplib
from collections.abc import Iterator
from urllib.parse import urlsplit

from tidings.config import Settings
from tidings.delivery.dkim import read_key
from tidings.delivery.dns_records import Domains, Finding, Grade

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
EXAMPLES = (".example", "example.org", "example.com", "example.net", ".test", ".invalid")
RELAY_SECONDS = 10.0


def domains_of(settings: Settings) -> Domains:
    """Return who the settings say that we are; RejectedError for a key that cannot be read."""
    pairs = (
        (settings.dkim_selector, settings.dkim_key_file),
        (settings.dkim_second_selector, settings.dkim_second_key_file),
    )
    return Domains(
        mail=settings.mail_domain,
        bounces=settings.return_domain,
        keys={name: read_key(name, path).record for name, path in pairs if path is not None},
        relay="" if settings.smtp_host in LOOPBACK else settings.smtp_host,
    )


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Look at the settings alone."""
    domain = settings.mail_domain
    if domain.endswith(EXAMPLES):
        words = f"nobody owns {domain}: set TIDINGS_MAIL_FROM"
        yield Finding(Grade.WRONG, "sender", words)
    if settings.sender == "capture":
        yield Finding(Grade.NOTE, "sender", "mail stays in the inbox page: TIDINGS_SENDER=smtp")
    is_https = urlsplit(settings.site_url).scheme == "https"
    words = (
        "every list mail has a one-click link over https"
        if is_https
        else "mail programs follow no one-click link without https: set TIDINGS_SITE_URL"
    )
    yield Finding(Grade.OK if is_https else Grade.WRONG, "one-click unsubscribe", words)
    if settings.bounce_domain:
        yield Finding(Grade.OK, "return path", "signed, so nobody can make up a bounce")
    else:
        words = "bounces are told by Message-ID alone: set TIDINGS_BOUNCE_DOMAIN to sign them"
        yield Finding(Grade.MISSING, "return path", words)
    yield _intake(settings)


def _intake(settings: Settings) -> Finding:
    ways = {
        "the mailbox": settings.mailbox_url.get_secret_value(),
        "SES": settings.ses_topic_arn,
        "Postmark": settings.postmark_hook_password.get_secret_value(),
        "SendGrid": settings.sendgrid_hook_key,
    }
    used = [name for name, value in ways.items() if value]
    if used:
        return Finding(Grade.OK, "bounces and complaints", f"read from {', '.join(used)}")
    words = "nobody reads them, unless your mail server pipes them to `tidings bounce`"
    return Finding(Grade.MISSING, "bounces and complaints", words)


def check_relay(settings: Settings) -> Finding:
    """Ask the relay whether it encrypts; nothing is sent."""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    about = f"relay {where}"
    if settings.smtp_tls == "none" and settings.smtp_host not in LOOPBACK:
        return Finding(Grade.WRONG, about, "mail goes there in the clear: TIDINGS_SMTP_TLS")
    kind = smtplib.SMTP_SSL if settings.smtp_tls == "tls" else smtplib.SMTP
    try:
        with kind(settings.smtp_host, settings.smtp_port, timeout=RELAY_SECONDS) as relay:
            relay.ehlo()
            offers = relay.has_extn("starttls")
    except (OSError, smtplib.SMTPException) as error:
        return Finding(Grade.WRONG, about, f"it cannot be reached: {error}")
    if settings.smtp_tls == "starttls" and not offers:
        return Finding(Grade.WRONG, about, "it offers no STARTTLS, and no mail would be sent")
    return Finding(Grade.OK, about, {"none": "on this machine"}.get(settings.smtp_tls, "encrypted"))
