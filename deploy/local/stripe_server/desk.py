"""What every action works with: the records of one transaction, the moment, who asked, and how events are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deploy.local.stripe_server.bodies import event_body
from deploy.local.stripe_server.problems import missing_object
from deploy.local.stripe_server.store import Body, Records


@dataclass(frozen=True)
class Desk:
    """One request in one transaction; ``now`` is in seconds since 1970 and ``target`` the id in the path, if any."""

    records: Records
    now: int
    base_url: str
    params: dict[str, Any] = field(default_factory=dict)
    target: str = ""
    request: str | None = None
    key: str | None = None

    def tell(self, kind: str, subject: Body, before: Body | None = None) -> None:
        """Record the event ``kind`` about ``subject`` and queue it for the webhook address."""
        request = {"id": self.request, "idempotency_key": self.key}
        event = event_body(now=self.now, kind=kind, subject=subject, request=request, before=before)
        self.records.add(event)
        self.records.send(event["id"], self.now)

    def fetch(self, kind: str, identity: str, param: str = "id") -> Body:
        """Return the object of this kind with this id; raise Problem (404) when there is none."""
        body = self.records.find(identity)
        if body is None or body["object"] != kind:
            raise missing_object(kind.rpartition(".")[2], identity, param)
        return body
