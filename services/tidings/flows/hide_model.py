"""Show nothing of what a language model wrote: the kill switch."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.pages.desk_queries import add_hidden, knows_model
from tidings.pages.models import HiddenModel
from tidings.pages.review_queries import actor, letting_go, working_editor
from tidings.pages.turns import needed_reason
from tidings.upkeep.queries import note_audit


def hide_model(session: Session, model: str, *, reason: str, editor_id: int, now: datetime) -> bool:
    """Let no page show what a model wrote, whoever accepted it; False when it is so already.

    Nothing is deleted or replaced: the pages say what their records say until the model is shown
    again or an editor publishes another text, and its drafts wait unseen. Safe to call twice: the
    first reason stays. Raises RejectedError without a reason, and for a model that wrote nothing.
    """
    with letting_go(session):
        words = needed_reason(reason)
        editor = working_editor(session, editor_id)
        if not knows_model(session, model):
            raise RejectedError("No text is by this model.")
    row = HiddenModel(model=model, reason=words, hidden_by=actor(editor), hidden_at=now)
    is_new = add_hidden(session, row)
    if is_new:
        thing = f"{model}: {words}"
        note_audit(session, actor=actor(editor), action="model.hide", thing=thing)
    commit(session, "model.hidden")
    return is_new
