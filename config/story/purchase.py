"""The present, over HTTP as anybody would: search, quote, order, payment, licence, questions."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.utils import timezone

from config.environment import ROOT
from config.story.stage import Outcome, Scene, Stage, StoryStuckError, until
from config.story.visitor import RefusedError, Visitor, pay
from kernel.actors import SYSTEM
from registry import services as registry

CALLS: Final = "200"
SEARCH: Final = "门诊就诊"
QUESTION: Final = {"group_by": [{"dim": "plan"}], "measures": [{"op": "count"}, {"op": "sum", "col": "mdvis"}]}
FORBIDDEN: Final = {"group_by": [{"dim": "row_id"}], "measures": [{"op": "count"}]}
CHOSEN: Final = {"health": ("fair", "poor"), "limitation": ("yes",)}


def visitor(stage: Stage, username: str, organisation: str) -> Visitor:
    """Return a visitor with a fresh API key of the organisation; the key is kept nowhere."""
    user = stage.actor(username).user_id
    _, token = registry.issue_api_key(
        organisation_id=stage.id("cast", organisation),
        user_id=user or 0,
        label="story",
        actor=SYSTEM,
        now=timezone.now(),
    )
    return Visitor(stage.site, token)


def buyer(stage: Stage) -> Visitor:
    """Return the enterprise."""
    return visitor(stage, "demo-buyer", "buyer")


def find(stage: Stage) -> Outcome:
    """Find the product by Chinese full-text search, as the public."""
    found = Visitor(stage.site).get("/api/marketplace/products", text=SEARCH)
    ids = [item["product_id"] for item in found["items"]]
    if stage.fact("build", "product") not in ids:
        raise StoryStuckError(f"searching {SEARCH} did not find the product")
    return Outcome(f"/catalogue/?text={quote(SEARCH)}", {"total": found["total"]})


def order(stage: Stage) -> Outcome:
    """Ask for a quote and place the order."""
    wanted = {
        "product_id": stage.fact("build", "product"),
        "form": "per_call",
        "quantity": CALLS,
        "scenario": "industry",
    }
    enterprise = buyer(stage)
    quoted = enterprise.post("/api/marketplace/quotes", wanted, once="quote")
    placed = enterprise.post("/api/marketplace/orders", wanted, once="order")
    return Outcome(f"/orders/{placed['id']}/", {"order": placed["id"], "total": quoted["total"]["minor"]})


def payment(stage: Stage) -> Outcome:
    """Pay on the provider's hosted page; the signed webhook and the provider's word make the licence."""
    enterprise, placed = buyer(stage), stage.fact("order", "order")
    opened = enterprise.post(f"/api/marketplace/orders/{placed}/payment", {}, once="payment")
    if opened["state"] != "captured":
        pay(opened["redirect_url"])

    def licence() -> str | None:
        found: str | None = enterprise.get(f"/api/marketplace/orders/{placed}")["licence_id"]
        return found

    found = until(licence, "the licence after payment")
    entry = enterprise.get(f"/api/marketplace/licences/{found}")["entry_id"]
    return Outcome(f"/licences/{found}/", {"licence": found, "entry": entry})


def _answered(enterprise: Visitor, path: str) -> dict[str, Any]:
    def answer() -> dict[str, Any] | None:
        found: dict[str, Any] = enterprise.get(path)
        return found if found["state"] in {"answered", "refused"} else None

    return until(answer, f"an answer at {path}")


def aggregate(stage: Stage) -> Outcome:
    """Ask a grouped question; the holder's domain worker answers with noise and threshold."""
    enterprise, licence = buyer(stage), stage.fact("payment", "licence")
    asked = enterprise.post(f"/api/marketplace/licences/{licence}/queries", {"plan": QUESTION}, once="aggregate")
    answer = _answered(enterprise, f"/api/marketplace/queries/{asked['id']}")
    if answer["state"] != "answered":
        raise StoryStuckError(f"the question was refused: {answer['refusal']}")
    return Outcome(f"/queries/{asked['id']}/", {"query": asked["id"], "cells": len(answer["result"]["cells"])})


def lookup(stage: Stage) -> Outcome:
    """Ask an encrypted question under the enterprise's own key, and compare its answer with the plain one."""
    enterprise, licence = buyer(stage), stage.fact("payment", "licence")
    table = enterprise.get(f"/api/marketplace/licences/{licence}/cube")
    with tempfile.TemporaryDirectory() as name:
        desk = Path(name)
        (desk / "form.json").write_text(json.dumps(table["lookup"]))
        _client("keygen", "--key", desk / "own.key")
        conditions = [word for dim, codes in CHOSEN.items() for word in ("--where", f"{dim}={','.join(codes)}")]
        _client(
            "ask", "--key", desk / "own.key", "--form", desk / "form.json", *conditions, "--out", desk / "request.bin"
        )
        body = (desk / "request.bin").read_bytes()
        asked = enterprise.post_bytes(
            f"/api/marketplace/licences/{licence}/lookups", body, once=f"lookup {hashlib.sha256(body).hexdigest()}"
        )
        _answered(enterprise, f"/api/marketplace/lookups/{asked['id']}")
        (desk / "reply.bin").write_bytes(enterprise.raw(f"/api/marketplace/lookups/{asked['id']}/reply"))
        told = _client("read", "--key", desk / "own.key", "--form", desk / "form.json", "--reply", desk / "reply.bin")
    decrypted, plain = json.loads(told), plain_totals(table["result"], CHOSEN)
    if any(decrypted[name] != total for name, total in plain.items()):
        raise StoryStuckError(f"the decrypted answer {decrypted} is not the plain one {plain}")
    return Outcome(f"/lookups/{asked['id']}/", {"lookup": asked["id"], "answer": plain})


def plain_totals(result: dict[str, Any], chosen: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the totals over the chosen cells of a released table, in the clear; noise below zero counts as zero."""
    totals = dict.fromkeys(result["measures"], 0)
    for cell in result["cells"]:
        codes = dict(zip(result["dimensions"], cell["key"], strict=True))
        if all(codes[dim] in wanted for dim, wanted in chosen.items()):
            for name, value in zip(result["measures"], cell["values"], strict=True):
                totals[name] += max(0, value)
    return totals


def _client(*words: str | Path) -> str:
    """Run the licensee's own program: its key stays in its own directory."""
    command = [sys.executable, "-m", "privacy.client", *map(str, words)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    if run.returncode:
        raise StoryStuckError(f"the licensee's client failed: {run.stderr.strip()}")
    return run.stdout


def forbidden(stage: Stage) -> Outcome:
    """Ask for single rows: refused with the reason, recorded, and free of charge."""
    enterprise, licence = buyer(stage), stage.fact("payment", "licence")
    try:
        asked = enterprise.post(f"/api/marketplace/licences/{licence}/queries", {"plan": FORBIDDEN}, once="forbidden")
    except RefusedError as error:
        return Outcome(f"/licences/{licence}/", {"reason": str(error)})
    if asked["state"] != "refused":
        raise StoryStuckError("a question for single rows was not refused")
    return Outcome(f"/queries/{asked['id']}/", {"query": asked["id"], "reason": asked["refusal"]})


SCENES: Final = (
    Scene(
        "find",
        f"企业以中文检索“{SEARCH}”找到产品",
        "The enterprise finds the product by Chinese search",
        find,
        live=True,
    ),
    Scene("order", "询价并下单", "It asks for a quote and places an order", order, live=True),
    Scene(
        "payment",
        "经 Stripe 结账页付款，取得许可",
        "It pays through Stripe Checkout and holds a licence",
        payment,
        live=True,
    ),
    Scene(
        "aggregate",
        "受保护的分组汇总：域内执行器加噪、设阈值后回答",
        "A protected aggregate, answered by the domain worker",
        aggregate,
        live=True,
    ),
    Scene(
        "lookup",
        "密态查询：自持密钥加密，同态计算，解密结果与明文一致",
        "An encrypted question, equal to the plain answer",
        lookup,
        live=True,
    ),
    Scene(
        "forbidden",
        "策略禁止的查询被拒绝并说明理由",
        "A question that policy forbids is refused with its reason",
        forbidden,
        live=True,
    ),
)
