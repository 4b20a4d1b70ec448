"""Every scene of the story, in order."""

from __future__ import annotations

from typing import Final

from config.story import audit, casework, cast, operation, prices, purchase, registration, rights
from config.story.stage import Scene

SCENES: Final[tuple[Scene, ...]] = (
    *cast.SCENES,
    *registration.DECLARATIONS,
    *operation.CONNECTIONS,
    *registration.REGISTRATIONS,
    *casework.SCENES,
    *operation.SCENES,
    *rights.SCENES,
    *prices.SCENES,
    *purchase.SCENES,
    *audit.SCENES,
)
