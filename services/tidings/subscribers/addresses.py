"""Mail addresses: checked on the way in, sealed at rest, found again by an HMAC.

Nothing here writes an address to a log or into the text of an error.
"""

from hashlib import sha256
from hmac import new as hmac

from email_validator import EmailNotValidError, validate_email

from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.subscribers.sealing import Seal, derive_key


def normalise(address: str) -> str:
    """Return the one address in ``address`` in the form that mail is sent to.

    The domain comes back in ASCII and lower case, the part before the @ as it was typed. Nothing
    is looked up. Raises RejectedError, in words for the reader, for anything but one address.
    """
    try:
        # Letters beyond ASCII before the @ would need SMTPUTF8 from every server on the way.
        valid = validate_email(
            address.strip(), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError as error:
        raise RejectedError(
            Sayable(
                "This is no e-mail address that we can write to. One looks like ana@clinic.org."
            )
        ) from error
    return f"{valid.ascii_local_part}@{valid.ascii_domain}"


class AddressBook:
    """Seals addresses, opens them, and names them without telling them."""

    def __init__(self, secret: bytes) -> None:
        self._seal = Seal(secret, purpose="address")
        self._look_up_key = derive_key(secret, "look up address")

    def seal(self, address: str) -> bytes:
        """Return a normalised address sealed for the database."""
        return self._seal.seal(address)

    def open(self, sealed: bytes) -> str:
        """Return the address; RejectedError when the secret is not the one it was sealed with."""
        return self._seal.open(sealed)

    def hash(self, address: str) -> str:
        """Name a normalised address, whatever its case, by an HMAC that is the same every time."""
        return hmac(self._look_up_key, address.lower().encode(), sha256).hexdigest()
