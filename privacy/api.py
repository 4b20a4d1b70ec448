"""The privacy's HTTP API."""

from ninja import Router

router = Router(tags=["privacy"])
