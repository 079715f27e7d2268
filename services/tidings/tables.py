"""Every table, imported in one place for migrations and for tests."""

from sqlalchemy import event
from sqlmodel import SQLModel

from tidings.audits import models as audits
from tidings.db import time as db_time
from tidings.db.word_index import create_word_index
from tidings.delivery import models as delivery
from tidings.notices import models as notices
from tidings.pages import models as pages
from tidings.projects import models as projects
from tidings.searches import models as searches
from tidings.subscribers import models as subscribers
from tidings.upkeep import models as upkeep
from tidings.watchlists import models as watchlists

MODULES = (
    audits,
    db_time,
    delivery,
    notices,
    pages,
    projects,
    searches,
    subscribers,
    upkeep,
    watchlists,
)
metadata = SQLModel.metadata

event.listen(metadata.tables["award_words"], "after_create", create_word_index)
