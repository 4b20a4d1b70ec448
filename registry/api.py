"""The registry's HTTP API."""

from ninja import Router

router = Router(tags=["registry"])
