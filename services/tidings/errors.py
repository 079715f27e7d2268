"""Every error that Tidings raises on purpose.

One question decides where an error stands: can the same call succeed later? Then it is a
``RetryableError``, else a ``RejectedError``. Anything else is a bug and crashes the task, loudly.
"""

from datetime import timedelta


class TidingsError(Exception):
    """Base of all errors raised on purpose; its text is fit for a user's eyes.

    What may reach a reader is raised with a ``Sayable``, which every language can say.
    """

    @property
    def text(self) -> str:
        """What it says, as it was raised."""
        return self.args[0]


class RetryableError(TidingsError):
    """The same call may succeed later; ``after`` is the other side's own wish, if it gave one."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class RejectedError(TidingsError):
    """The other side, or a rule of ours, understood and said no; asking again cannot help."""


class QuarantinedError(TidingsError):
    """One record cannot be read; it is set aside with its raw bytes and the rest goes on."""


class QueryError(RejectedError):
    """A search text does not parse; ``column`` counts characters from 1."""

    def __init__(self, message: str, *, column: int) -> None:
        super().__init__(message)
        self.column = column
