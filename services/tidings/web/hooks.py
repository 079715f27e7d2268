"""Where mail providers tell what became of mail that they carried for us."""

from collections.abc import Callable
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import PlainTextResponse

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.delivery.providers.base import Call, Told, UnprovenError
from tidings.delivery.providers.postmark import read_postmark
from tidings.delivery.providers.sendgrid import read_sendgrid
from tidings.delivery.providers.ses import read_ses
from tidings.delivery.quarantine import keep_unreadable
from tidings.errors import RetryableError
from tidings.flows.count_intake import count_intake
from tidings.flows.guard_sender import guard_sender
from tidings.flows.take_call import take_call
from tidings.web import sns_certificates
from tidings.web.site import site_of

router = APIRouter(prefix="/hooks")
log = structlog.get_logger()

LARGEST = 2_000_000
"""Bytes of a call; SendGrid's batches end below 1 MB."""

Reader = Callable[[Call, Settings], Told]


def _ses(call: Call, settings: Settings) -> Told:
    return read_ses(
        call,
        secret=settings.secret,
        topic=settings.ses_topic_arn,
        certificate_of=sns_certificates.certificate_of,
    )


def _postmark(call: Call, settings: Settings) -> Told:
    return read_postmark(call, password=settings.postmark_hook_password.get_secret_value())


def _sendgrid(call: Call, settings: Settings) -> Told:
    return read_sendgrid(call, public_key=settings.sendgrid_hook_key)


def _readers(settings: Settings) -> dict[str, Reader]:
    """Return how to read each provider that the settings know; any other has no page here."""
    readers: dict[str, Reader] = {}
    if settings.ses_topic_arn:
        readers["ses"] = _ses
    if settings.postmark_hook_password.get_secret_value():
        readers["postmark"] = _postmark
    if settings.sendgrid_hook_key:
        readers["sendgrid"] = _sendgrid
    return readers


async def _body(request: Request) -> bytes:
    """Return what was sent; 413 before more of it is read than there may be."""
    body, is_all = bytearray(), False
    while not is_all:
        piece = await request.receive()
        if piece["type"] == "http.disconnect":
            raise HTTPException(400, "Half of this call is missing.")
        body += piece.get("body", b"")
        is_all = not piece.get("more_body", False)
        if len(body) > LARGEST:
            raise HTTPException(413, "This is more than any provider sends at once.")
    return bytes(body)


@router.post("/mail/{provider}")
def take(
    request: Request,
    provider: Annotated[str, Path(max_length=20)],
    body: Annotated[bytes, Depends(_body)],
) -> PlainTextResponse:
    """Take in a call; the answer is yes only once all that it tells is stored."""
    site = site_of(request)
    read = _readers(site.settings).get(provider)
    if read is None:
        raise HTTPException(404)
    call = Call(body, dict(request.headers), machine_now())
    try:
        told = read(call, site.settings)
    except UnprovenError as error:
        log.warning("hook.refused", provider=provider, reason=str(error))
        return PlainTextResponse(str(error), 403)
    except RetryableError as error:
        log.warning("hook.waits", provider=provider, reason=str(error))
        return PlainTextResponse("Please call again.", 503)
    except ValueError:
        name = keep_unreadable(site.settings.unreadable_dir, body)
        log.warning("hook.unreadable", provider=provider, kept=name)
        count_intake(site.engine, {"unreadable": 1})
        return PlainTextResponse("Kept, to be looked at.", 202)
    take_call(site.engine, told, provider=provider, settings=site.settings, now=site.now)
    guard_sender(site.engine, settings=site.settings, now=site.now)
    return PlainTextResponse("Taken.")
