"""Every room's tables, for migrations and their check."""

from __future__ import annotations

import app.accounts.models
import app.audit.models
import app.core.idempotency
import app.core.sheet_imports
import app.donors.models
import app.food.models
import app.matching.models
import app.places.geocoding.models
import app.places.ground.models
import app.recipients.models
import app.roads.models
import app.runs.models
import app.runs.parts.models
import app.runs.replan.models
import app.volunteers.models  # noqa: F401 - imported for their tables
from app.core.models import Base

metadata = Base.metadata
