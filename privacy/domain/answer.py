"""From a signed plan to a signed, protected answer: the only way out of the holder's domain."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from privacy import plan as plans
from privacy import policy as policies
from privacy.budget import micro
from privacy.disclosure import released
from privacy.domain import engine, measure
from privacy.domain.noise import Noisy, gaussian
from privacy.domain.source import Source, Table
from privacy.domain.store import Store
from privacy.envelope import ANSWER, MEASURE, MEASURED, PLAN, BadEnvelope, Envelope, opened, sign

log = logging.getLogger("privacy.domain")


class Declined(Exception):
    """The holder will not run this plan. Nobody is told why: the reason could itself say something about the data."""


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A holder's source, its answered plans, and the one platform key it listens to."""

    source: Source
    store: Store
    platform_key: bytes
    sessions: dict[str, duckdb.DuckDBPyConnection] = field(default_factory=dict, repr=False)

    def answer(self, envelope: Mapping[str, Any], *, now: datetime) -> Envelope | None:
        """Return the signed answer or a signed generic refusal; None for a message not the platform's, or stale."""
        if envelope.get("type") == MEASURE:
            return self.measured(envelope, now=now)
        try:
            body = self._heard(envelope, now)
        except (BadEnvelope, KeyError, ValueError, TypeError):
            log.warning("message dropped: not a fresh plan from the platform")
            return None
        known = self.store.answer(body["plan_hash"])
        if known is not None:
            return known
        try:
            return self._run(body)
        except Exception as error:
            log.warning("plan declined: %s", type(error).__name__)
            told = {"plan_hash": body["plan_hash"], "holder": self.source.settings.code, "state": "refused"}
            return sign(ANSWER, told, self.source.signer())

    def measured(self, envelope: Mapping[str, Any], *, now: datetime) -> Envelope | None:
        """Return a table's signed quality figures, or a signed refusal; None for what is not ours to hear."""
        try:
            body = self._heard(envelope, now, kind=MEASURE)
        except (BadEnvelope, KeyError, ValueError, TypeError):
            log.warning("message dropped: not a fresh order from the platform")
            return None
        told = {key: body[key] for key in ("order", "table", "content_hash")} | {"holder": self.source.settings.code}
        try:
            table = self.source.table(body["table"])
            if table.content_hash != body["content_hash"]:
                raise Declined
            found = measure.figures(self._session(table), table, body["columns"])
        except Exception as error:
            log.warning("measurement declined: %s", type(error).__name__)
            return sign(MEASURED, told | {"state": "refused"}, self.source.signer())
        return sign(MEASURED, told | {"state": "answered", "figures": found}, self.source.signer())

    def _heard(self, envelope: Mapping[str, Any], now: datetime, *, kind: str = PLAN) -> dict[str, Any]:
        body = opened(envelope, kind=kind, public_key=self.platform_key)
        issued, until = (datetime.fromisoformat(body[key]) for key in ("issued_at", "expires_at"))
        if body["holder"] != self.source.settings.code or not issued.timestamp() - 60 <= now.timestamp():
            raise BadEnvelope(reason="holder or time")
        if now >= until or not isinstance(body["plan_hash" if kind == PLAN else "order"], str):
            raise BadEnvelope(reason="expired")
        return body

    def _run(self, body: Mapping[str, Any]) -> Envelope:
        table = self.source.table(body["table"])
        rules = policies.parse(body["policy"])
        policies.within(rules, table.limits, table.classes)
        plan = plans.parse(body["plan"], rules)
        self._check(body, table, rules, plan)
        keys = tuple(plan.lattice(rules).keys())
        exact = engine.aggregate(self._session(table), plan, rules, keys)
        noisy = {
            name: gaussian(figures, sensitivity=engine.sensitivity(name, rules), rho=plan.rho_each)
            for name, figures in exact.items()
        }
        cells = released(keys, {name: part.figures for name, part in noisy.items()}, rules, plan)
        told = self._told(body, rules, plan, noisy) | {"cells": cells}
        envelope = sign(ANSWER, told, self.source.signer())
        return self.store.keep(body["plan_hash"], table.content_hash, plan.rho, envelope)

    def _session(self, table: Table) -> duckdb.DuckDBPyConnection:
        if table.content_hash not in self.sessions:
            self.sessions[table.content_hash] = engine.session(self.source.rows(table))
        return self.sessions[table.content_hash]

    def _check(self, body: Mapping[str, Any], table: Table, rules: policies.Policy, plan: plans.Plan) -> None:
        named = plan.digest(table=table.name, content_hash=table.content_hash, policy=rules.digest)
        if rules.table != table.name or body["content_hash"] != table.content_hash or body["plan_hash"] != named:
            raise Declined
        if plan != plans.cube(rules):
            plans.check(plan, rules)
        if self.store.spent(table.content_hash) + plan.rho > micro(table.limits["lifetime"]):
            raise Declined

    def _told(
        self, body: Mapping[str, Any], rules: policies.Policy, plan: plans.Plan, noisy: Mapping[str, Noisy]
    ) -> dict[str, Any]:
        return {
            "plan_hash": body["plan_hash"],
            "holder": self.source.settings.code,
            "table": rules.table,
            "content_hash": body["content_hash"],
            "policy_hash": rules.digest,
            "state": "answered",
            "mechanism": "discrete-gaussian",
            "rho": plan.rho,
            "k": rules.k,
            "round_count": rules.round_count,
            "dimensions": list(plan.group_by),
            "measures": list(plan.measures),
            "grains": {f"sum:{name}": str(rules.columns[name].grain) for name in plan.sums},
            "sigma": {name: f"{part.sigma:.6g}" for name, part in noisy.items()},
        }
