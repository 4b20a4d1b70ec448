"""The ledger's HTTP API."""

from ninja import Router

router = Router(tags=["ledger"])
