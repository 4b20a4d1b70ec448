"""The pricing's HTTP API."""

from ninja import Router

router = Router(tags=["pricing"])
