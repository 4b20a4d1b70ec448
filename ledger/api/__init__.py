"""The log over HTTP."""

from ninja import Router

from ledger.api import openings, reading, witnesses

router = Router(tags=["ledger"])
router.add_router("", reading.router)
router.add_router("", openings.router)
router.add_router("", witnesses.router)

__all__ = ["router"]
