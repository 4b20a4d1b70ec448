"""The regulator's part: the trace, the receipt, the verifier without us, and the month's books."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from config.environment import ROOT
from config.story.purchase import visitor
from config.story.stage import Outcome, Scene, Stage, StoryStuckError, until
from config.story.visitor import RefusedError, Visitor
from kernel.workdays import SHANGHAI

EXPECTED: Final = (
    "registration.coded",
    "agreement.concluded",
    "fee.set",
    "order.placed",
    "payment.captured",
    "licence.issued",
)


def trace(stage: Stage) -> Outcome:
    """Follow the licence's entry back to the registration code."""
    entry = stage.fact("payment", "entry")
    found = Visitor(stage.site).get(f"/api/ledger/entries/{entry}/trace")
    kinds = {row["kind"] for row in found["items"]}
    missing = [kind for kind in EXPECTED if kind not in kinds]
    if missing:
        raise StoryStuckError(f"the trace of the licence lacks {', '.join(missing)}")
    return Outcome(f"/ledger/entries/{entry}/trace/", {"entries": len(found["items"])})


def receipt(stage: Stage) -> Outcome:
    """Verify the licence's receipt with the one-file verifier as handed out, and the node; then one byte changed."""
    entry, public = stage.fact("payment", "entry"), Visitor(stage.site)

    def anchored() -> bytes | None:
        try:
            found = public.raw(f"/api/ledger/entries/{entry}/receipt")
        except RefusedError:
            return None
        return found if json.loads(found).get("anchor") else None

    good = until(anchored, "the licence's entry to be anchored")
    with tempfile.TemporaryDirectory() as name:
        desk = Path(name)
        (desk / "gongshu-verify").write_bytes(public.raw("/ledger/verifier/"))
        valid = _verify(desk, good)
        invalid = _verify(desk, good.replace(b"licence.issued", b"licence.issuee", 1))
    if (valid[0], invalid[0]) != (0, 1):
        raise StoryStuckError(f"the verifier said {valid} of the receipt and {invalid} of a changed one")
    return Outcome(f"/ledger/entries/{entry}/", {"valid": valid[1], "invalid": invalid[1]})


def _verify(desk: Path, data: bytes) -> tuple[int, str]:
    """Run the verifier file alone, away from the checkout and the database."""
    (desk / "receipt.json").write_bytes(data)
    command = [
        sys.executable,
        "-I",
        "gongshu-verify",
        "receipt",
        "receipt.json",
        "--rpc",
        settings.CHAIN_URL,
    ]
    run = subprocess.run(command, cwd=desk, capture_output=True, text=True, timeout=60, env={}, check=False)
    return run.returncode, (run.stdout + run.stderr).strip()


def witness(stage: Stage) -> Outcome:
    """Let the audit office watch the log with its own key on its own side, and cosign the head it has checked."""
    desk = stage.data_dir / "witness"
    desk.mkdir(mode=0o700, exist_ok=True)
    regulator = visitor(stage, "demo-regulator", "audit")
    if not (desk / "key.pub").exists():
        (desk / "key").unlink(missing_ok=True)
        (desk / "key.pub").write_text(_witness("keygen", "--name", "audit.example/w1", "--key", str(desk / "key")))
    public = (desk / "key.pub").read_text()
    registered = regulator.post("/api/ledger/witnesses", {"key": public}, once="witness")
    (desk / "log-key").write_bytes(Visitor(stage.site).raw("/ledger/key/"))
    said = _witness(
        "run",
        *("--log", f"{stage.site}/ledger/log/", "--log-key", str(desk / "log-key"), "--memory", str(desk / "memory")),
        *("--key", str(desk / "key"), "--submit", f"{stage.site}/api/ledger/cosignatures"),
    )
    return Outcome("/ledger/heads/", {"witness": registered["id"], "said": said})


def _witness(*arguments: str) -> str:
    """Run the witness's own command; return the line it printed."""
    command = [sys.executable, "-m", "ledger.witness", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    if run.returncode != 0:
        raise StoryStuckError(f"the witness said: {run.stderr.strip()}")
    return run.stdout.strip()


def month(stage: Stage) -> Outcome:
    """Close the month in which the order was paid, and split its revenue."""
    authority = visitor(stage, "demo-data-authority", "data")
    paid = visitor(stage, "demo-buyer", "buyer").get(f"/api/marketplace/orders/{stage.fact('order', 'order')}")[
        "paid_at"
    ]
    day = datetime.fromisoformat(paid).astimezone(SHANGHAI).date().replace(day=1)
    closed = authority.post("/api/marketplace/settlements", {"month": day.isoformat()}, once="month")
    shares = sum(share["amount"]["minor"] for share in closed["shares"])
    if shares != closed["total"]["minor"]:
        raise StoryStuckError(f"the shares sum to {shares}, not {closed['total']['minor']}")
    return Outcome(f"/settlements/{closed['id']}/", {"settlement": closed["id"], "total": closed["total"]["minor"]})


def books(stage: Stage) -> Outcome:
    """Hold the books against the chain: every journal has its anchored entry, and nothing differs."""
    regulator = visitor(stage, "demo-regulator", "audit")

    def settled() -> int | None:
        found = regulator.get("/api/marketplace/books")
        equal = not found["differences"] and found["journals"] == found["anchored"]
        return found["journals"] if equal else None

    journals = until(settled, "the books to equal the chain")
    return Outcome("/settlements/", {"journals": journals})


SCENES: Final = (
    Scene(
        "trace",
        "监管者从许可追溯到登记结果查询码",
        "The regulator traces the licence back to the registration code",
        trace,
        live=True,
    ),
    Scene(
        "receipt",
        "下载回执，以单文件核验器核验：有效；改一个字节：无效",
        "Its receipt verifies; with one byte changed it does not",
        receipt,
        live=True,
    ),
    Scene(
        "witness",
        "审计机构以自己的密钥监看日志，并对核对过的树头共签",
        "The audit office watches the log with a key of its own and cosigns the head it checked",
        witness,
        live=True,
    ),
    Scene("month", "月末结账，收益分配到各方", "The month closes and the revenue is split", month, live=True),
    Scene("books", "账簿与链一致", "The books equal the chain", books, live=True),
)
