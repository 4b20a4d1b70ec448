"""The pricing's HTTP API: the procedure from cost to fee, and what surrounds it."""

from ninja import Router

from pricing.api import law, procedure, surroundings

router = Router(tags=["pricing"])
router.add_router("", procedure.router)
router.add_router("", surroundings.router)
router.add_router("", law.router)
