"""What the answer to a call means: taken, not now, or never again (pure)."""

from datetime import datetime

from tidings.delivery.guarding import Answer
from tidings.errors import RejectedError, RetryableError
from tidings.rendering.speech import Sayable
from tidings.reporter.patience import http_date, retry_after

GONE = 410
LONGEST_SHOWN = 200


class GoneError(RejectedError):
    """The endpoint says that it is gone for good: nothing may go there any more."""


def words_of(answer: Answer, *, now: datetime) -> str:
    """Return what the other side said when it took a call.

    Raises GoneError for a 410, and RetryableError for any other answer but a 2xx: whoever keeps
    an endpoint may mend it meanwhile. A redirect is not followed, so it is none of them.
    """
    status = str(answer.status)
    words = Sayable("answered {status}", status=status)
    if 200 <= answer.status < 300:
        return words
    if answer.status == GONE:
        raise GoneError(words)
    if 300 <= answer.status < 400:
        redirected = Sayable("answered {status}, a redirect, which is not followed", status=status)
        raise RetryableError(redirected)
    said = " ".join(answer.body.decode(errors="replace").split())[:LONGEST_SHOWN]
    server_time = http_date(answer.headers.get("date")) or now
    after = retry_after(answer.headers.get("retry-after"), server_time)
    if said:
        words = Sayable("answered {status}: {said}", status=status, said=said)
    raise RetryableError(words, after=after)
