"""Every table, imported in one place for migrations and for tests."""

from sqlmodel import SQLModel

from tidings.delivery import models as delivery
from tidings.notices import models as notices
from tidings.projects import models as projects
from tidings.searches import models as searches
from tidings.subscribers import models as subscribers
from tidings.upkeep import models as upkeep

MODULES = (delivery, notices, projects, searches, subscribers, upkeep)
metadata = SQLModel.metadata
