"""Show again what a language model wrote, after it was hidden."""

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.pages.desk_queries import delete_hidden
from tidings.pages.review_queries import actor, letting_go, working_editor
from tidings.upkeep.queries import note_audit


def show_model(session: Session, model: str, *, editor_id: int) -> None:
    """Let pages show again what editors accepted of a model.

    Safe to call twice: the second is told that it is not hidden. Raises RejectedError for a model
    that is not.
    """
    with letting_go(session):
        editor = working_editor(session, editor_id)
        if not delete_hidden(session, model):
            raise RejectedError("This model is not hidden.")
    note_audit(session, actor=actor(editor), action="model.show", thing=model)
    commit(session, "model.shown")
