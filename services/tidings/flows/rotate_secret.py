"""Give a webhook another secret."""

from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import commit
from tidings.delivery.endpoint_queries import endpoint_of
from tidings.delivery.endpoints import EndpointVault
from tidings.delivery.models import EndpointKind
from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable


def rotate_secret(
    session: Session, endpoint_id: int, *, subscriber_id: int, settings: Settings, now: datetime
) -> str:
    """Let a new secret sign, and for a day the one before it too; return the new one, once.

    Safe to call twice: the second secret takes the place of the first, which goes on to sign.
    Raises RejectedError where there is no such webhook.
    """
    endpoint = endpoint_of(session, endpoint_id, subscriber_id)
    if endpoint is None or endpoint.kind is not EndpointKind.WEBHOOK:
        raise RejectedError(Sayable("There is no such webhook."))
    vault = EndpointVault(settings.secret)
    secrets = vault.secrets(endpoint).changed(now=now)
    endpoint.secret = vault.seal_secrets(secrets)
    commit(session, "endpoint.rotated")
    return secrets.current
