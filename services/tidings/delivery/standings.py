"""What became of a message, in a sentence for operators and readers (pure)."""

from tidings.delivery.models import Delivery, DeliveryState
from tidings.rendering.filters import moment, plural
from tidings.upkeep.models import Brake


def standing_of(delivery: Delivery) -> str:
    """Say where a delivery stands, to go on after "it": when it was sent, or why it was not."""
    error = f": {delivery.last_error}" if delivery.last_error else ""
    match delivery.state:
        case DeliveryState.PENDING:
            return f"waits to be sent since {moment(delivery.due_at)}"
        case DeliveryState.SENDING:
            return f"is being sent, attempt {delivery.attempts}"
        case DeliveryState.SENT:
            return f"was sent on {moment(delivery.sent_at)}"
        case DeliveryState.DEFERRED if not delivery.attempts:
            return f"waits until {moment(delivery.due_at)}, when the reader's quiet hours end"
        case DeliveryState.DEFERRED:
            tried = plural(delivery.attempts, "attempt")
            return f"is tried again on {moment(delivery.due_at)} after {tried}{error}"
        case DeliveryState.FAILED:
            return f"failed for good after {plural(delivery.attempts, 'attempt')}{error}"
        case DeliveryState.SUPPRESSED:
            return f"was held back{error}"
        case DeliveryState.UNKNOWN:
            return f"was handed over and the answer was lost{error}"


def stopped_words(brake: Brake | None) -> str:
    """Say who has stopped all mail, when and why; nothing while it goes out."""
    if brake is None:
        return ""
    at = moment(brake.pulled_at)
    return f"All mail is stopped since {at} by {brake.pulled_by}: {brake.reason}."
