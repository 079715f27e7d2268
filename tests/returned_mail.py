"""Mail that comes back to us, as mail servers and mail providers of several kinds write it."""

SECRET = b"a secret of tests that is long enough"
ID = "<0123456789abcdef@tidings.example>"
TO = "bounces@tidings.example"
DAEMON = "MAILER-DAEMON@relay.example (Mail Delivery System)"


def original(*, message_id: str = ID, reference: str = "", return_path: str = "") -> str:
    """Return the mail of ours that comes back."""
    fields = {
        "Return-Path": f"<{return_path}>" if return_path else "",
        "From": "Tidings <news@tidings.example>",
        "To": "reader@clinic.example",
        "Subject": "3 changes, 12 new",
        "Message-ID": message_id,
        "X-Tidings-Delivery": reference,
    }
    return f"{_lines(fields)}\n\nYour digest\n"


def report(
    *,
    to: str = TO,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 no such reader here",
    returned: str | None = None,
    headers_only: bool = False,
) -> bytes:
    """Return a delivery status notification (RFC 3464)."""
    fate = {
        "Final-Recipient": "rfc822; reader@clinic.example",
        "Action": action,
        "Status": status,
        "Diagnostic-Code": diagnostic,
    }
    mail = original() if returned is None else returned
    back = mail.partition("\n\n")[0] + "\n" if headers_only else mail
    return _parted(
        "delivery-status",
        {"From": DAEMON, "To": to, "Auto-Submitted": "auto-replied", "Subject": "Undelivered"},
        f"Reporting-MTA: dns; relay.example\n\n{_lines(fate)}\n",
        ("text/rfc822-headers" if headers_only else "message/rfc822", back),
    )


def complaint(
    *, to: str = TO, kind: str = "abuse", mail_from: str = "", returned: str | None = None
) -> bytes:
    """Return a feedback report (RFC 5965) whose reader was blackened out."""
    fields = {
        "Feedback-Type": kind,
        "User-Agent": "SomeProvider-FBL/2.0",
        "Version": "1",
        "Original-Mail-From": f"<{mail_from}>" if mail_from else "",
        "Original-Rcpt-To": "<redacted@clinic.example>",
    }
    return _parted(
        "feedback-report",
        {"From": "feedback@provider.example", "To": to, "Subject": "FW: 3 changes, 12 new"},
        f"{_lines(fields)}\n",
        ("message/rfc822", original() if returned is None else returned),
    )


def old_letter(*, to: str, words: str) -> bytes:
    """Return what a mail server writes that knows of no reports."""
    head = {"Return-Path": "<>", "From": "MAILER-DAEMON@old.example", "To": to, "Subject": "failed"}
    return f"{_lines(head)}\n\nHi. This is the mail program.\n\n{words}\n\nSorry.\n".encode()


def letter(*, to: str = TO, **headers: str) -> bytes:
    """Return some other mail; underscores in the names of headers become hyphens."""
    head = {"From": "someone@clinic.example", "To": to}
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    return f"{_lines(head)}\n\nHi\n".encode()


def _parted(kind: str, head: dict[str, str], fields: str, back: tuple[str, str]) -> bytes:
    parts = (("text/plain", "It did not go well.\n"), (f"message/{kind}", fields), back)
    boxed = "".join(f"--b\nContent-Type: {one}\n\n{body}\n" for one, body in parts)
    head = head | {"Content-Type": f'multipart/report; report-type={kind}; boundary="b"'}
    return f"{_lines(head)}\nMIME-Version: 1.0\n\n{boxed}--b--\n".encode()


def _lines(fields: dict[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in fields.items() if value)
