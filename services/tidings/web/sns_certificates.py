"""Fetches the certificates that Amazon signs its calls with; each once a process."""

from functools import lru_cache

import httpx

from tidings.errors import RetryableError

TIMEOUT_SECONDS = 5.0
LARGEST = 20_000


@lru_cache(maxsize=8)
def certificate_of(url: str) -> bytes:
    """Return the certificate at an address of Amazon's, see delivery.providers.sns.

    Raises RetryableError when it cannot be had; no redirect is followed.
    """
    try:
        answer = httpx.get(url, timeout=TIMEOUT_SECONDS, follow_redirects=False)
    except httpx.HTTPError as error:
        raise RetryableError(f"cannot fetch the certificate of SNS: {error}") from error
    if not answer.is_success or len(answer.content) > LARGEST:
        raise RetryableError(f"the certificate of SNS answers {answer.status_code}")
    return answer.content
