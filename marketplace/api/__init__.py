"""The marketplace's HTTP API."""

from ninja import Router

from marketplace.api import catalogue, licences, orders, settlement, subscriptions

router = Router(tags=["marketplace"])
router.add_router("", catalogue.router)
router.add_router("", orders.router)
router.add_router("", licences.router)
router.add_router("", settlement.router)
router.add_router("", subscriptions.router)
