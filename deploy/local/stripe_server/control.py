"""The control endpoints under /_dev/, for tests: what Stripe's dashboard and command line do, with the API key."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Final
from urllib.parse import urlsplit

from deploy.local.stripe_server.api import Reply, Request, admit, refusal
from deploy.local.stripe_server.decoding import decode
from deploy.local.stripe_server.desk import Desk
from deploy.local.stripe_server.problems import Problem, missing_object
from deploy.local.stripe_server.store import Body, Store
from deploy.local.stripe_server.webhooks import Courier, check_address

CONTROL_PATH: Final = "/_dev/"
_REDELIVER: Final = re.compile(r"/_dev/events/(evt_[0-9a-f]+)/redeliver")


def answer(store: Store, courier: Courier, api_key: str, request: Request, now: float) -> Reply:
    """Answer a control request: redeliver an event, list the deliveries, or change the webhook address."""
    path = urlsplit(request.target).path
    try:
        admit(api_key, request.headers)
        return Reply(200, json.dumps({"development": True} | _act(store, courier, request, path, now)))
    except Problem as problem:
        return refusal(problem)


def _act(store: Store, courier: Courier, request: Request, path: str, now: float) -> Body:
    match = _REDELIVER.fullmatch(path)
    if match and request.method == "POST":
        with store.transaction() as records:
            event = Desk(records, int(now), "").fetch("event", match[1])
            records.send(event["id"], now)
        return {"redelivering": match[1]}
    if path == "/_dev/deliveries" and request.method == "GET":
        with store.transaction() as records:
            return {"deliveries": [asdict(delivery) for delivery in records.deliveries()]}
    if path == "/_dev/webhook" and request.method == "POST":
        url = decode(request.body).get("url", "")
        try:
            check_address(str(url))
        except ValueError as error:
            raise Problem("Not a valid URL", code="url_invalid", param="url") from error
        courier.url = str(url)
        return {"webhook_url": courier.url}
    raise missing_object("control endpoint", path)
