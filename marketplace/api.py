"""The marketplace's HTTP API."""

from ninja import Router

router = Router(tags=["marketplace"])
