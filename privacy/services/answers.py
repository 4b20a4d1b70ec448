"""Answers coming back from the holders' domains."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import ledger.services
from kernel.actors import SYSTEM
from kernel.errors import InvalidInput
from ledger.types import EntryKind, JsonValue
from privacy.budget import written
from privacy.disclosure import columns
from privacy.envelope import ANSWER, opened
from privacy.kinds import CUBE_REFUSED, CUBE_RELEASED, QUERY_ANSWERED, QUERY_REFUSED
from privacy.models import Cube, Query, Run, Source
from privacy.queries.cubes import REFUSED, RELEASED
from privacy.queries.results import lattice_of, plan_of
from privacy.workflow import RUN, RunState

DECLINED = "declined"
DECLINED_ZH = "数据持有单位未执行该查询"
DECLINED_EN = "the holder's domain did not run the query"


@dataclass(eq=False, kw_only=True)
class BadAnswer(InvalidInput):
    """An answer that does not fit the plan it names."""

    code = "privacy.bad_answer"
    zh = "数据持有单位的应答与所派发的查询不符：{reason}。"
    en = "The holder's answer does not fit the plan that was dispatched: {reason}."
    reason: str


@transaction.atomic
def receive(*, envelope: Mapping[str, Any], now: datetime) -> None:
    """Store a holder's answer once, after checking its signature and that it answers a plan dispatched to that holder.

    Every cube and question that waits for it is settled in the same transaction. A repeated answer changes nothing.
    Raises BadEnvelope, BadAnswer.
    """
    source = Source.objects.filter(public_key=str(envelope.get("key", ""))).first()
    if source is None:
        raise BadAnswer(reason="unknown key")
    told = opened(envelope, kind=ANSWER, public_key=bytes.fromhex(source.public_key))
    runs = Run.objects.select_for_update(of=("self",)).select_related("policy__version__source")
    run = runs.filter(plan_hash=str(told.get("plan_hash", "")), policy__version__source=source).first()
    if run is None:
        raise BadAnswer(reason="unknown plan")
    if run.state in (RunState.ANSWERED, RunState.REFUSED):
        return
    declined = told.get("state") == RunState.REFUSED
    if not declined:
        _check(told, run)
    run.state = RUN.fire(run.state, "decline" if declined else "answer").target
    run.answer, run.answered_at = dict(envelope), now
    run.save(update_fields=["state", "answer", "answered_at"])
    run.spends.update(spent=True)
    for cube in run.cubes.select_related("policy"):
        settle_cube(cube=cube, run=run, now=now)
    for query in run.queries.select_related("policy"):
        settle_query(query=query, run=run, now=now)


def settle_cube(*, cube: Cube, run: Run, now: datetime) -> None:
    """Release or refuse a cube as its run ended."""
    answered = run.state == RunState.ANSWERED
    payload: dict[str, JsonValue] = {
        "cube": str(cube.public_id),
        "product": str(cube.policy.product_id),
        "number": cube.number,
        "plan_hash": run.plan_hash,
    }
    if answered:
        payload |= {"answer_hash": answer_hash(run=run), "rho": written(run.rho)}
    kind = CUBE_RELEASED if answered else CUBE_REFUSED
    cube.entry_id = _append(kind, f"cube:{cube.public_id}", payload, [cube.policy.entry_id], now)
    cube.state, cube.released_at = (RELEASED, now) if answered else (REFUSED, None)
    cube.save(update_fields=["entry_id", "state", "released_at"])


def settle_query(*, query: Query, run: Run, now: datetime) -> None:
    """Answer or refuse a question as its run ended."""
    answered = run.state == RunState.ANSWERED
    payload: dict[str, JsonValue] = {
        "query": str(query.public_id),
        "licence": str(query.licence_id),
        "product": str(query.product_id),
    }
    if answered:
        facts = {"plan_hash": run.plan_hash, "answer_hash": answer_hash(run=run), "charged": written(query.charged)}
        payload |= facts
    else:
        payload |= {"rule": DECLINED}
        query.rule, query.reason_zh, query.reason_en = DECLINED, DECLINED_ZH, DECLINED_EN
    refs = [each for each in (query.licence_entry_id, query.policy and query.policy.entry_id) if each]
    kind = QUERY_ANSWERED if answered else QUERY_REFUSED
    query.entry_id = _append(kind, f"query:{query.public_id}", payload, refs, now)
    query.state, query.answered_at = run.state, now
    query.save()


def answer_hash(*, run: Run) -> str:
    """Return the SHA-256 of the signed body's text, in hexadecimal."""
    return hashlib.sha256((run.answer or {})["body"].encode()).hexdigest()


def _append(kind: EntryKind, subject: str, payload: dict[str, JsonValue], refs: list[UUID], now: datetime) -> UUID:
    return ledger.services.append(kind=kind, subject=subject, payload=payload, refs=refs, actor=SYSTEM, now=now)


def _check(told: Mapping[str, Any], run: Run) -> None:
    version, plan = run.policy.version, plan_of(run)
    expected = {
        "state": RunState.ANSWERED.value,
        "holder": version.source.code,
        "table": version.table,
        "content_hash": version.content_hash,
        "policy_hash": run.policy.digest,
        "rho": plan.rho,
        "dimensions": list(plan.group_by),
        "measures": list(plan.measures),
    }
    for name, value in expected.items():
        if told.get(name) != value:
            raise BadAnswer(reason=name)
    try:
        columns(lattice_of(run), plan.measures, told["cells"])
        whole = all(type(figure) is int for cell in told["cells"] for figure in cell["values"])
    except (KeyError, TypeError, ValueError, InvalidInput) as error:
        raise BadAnswer(reason="cells") from error
    if not whole:
        raise BadAnswer(reason="cells")
