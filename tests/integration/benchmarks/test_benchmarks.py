"""Each benchmark's two sides do the same work. Nothing here is timed: a ratio means nothing without its spread."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from benchmarks import anchoring, purchase, stage
from benchmarks.ratio import Pair, Row, Shown, table
from kernel.signer import KeyStore
from ledger.gateways.node import Web3Chain
from ledger.models import ChainTransaction

EMPTY = "RETURNS uuid LANGUAGE sql AS 'SELECT a'"
ROOT = Path(__file__).resolve().parents[3]


def test_a_row_tells_medians_and_the_spread_of_the_ratio_pair_by_pair():
    pairs = [Pair(ours=0.004, bare=0.002), Pair(ours=0.003, bare=0.001), Pair(ours=0.01, bare=0.002)]
    rows = [
        Row(name="cost", pairs=pairs, unit="query"),
        Row(name="rate", pairs=pairs, unit="entry", shown=Shown.RATE),
        Row(name="gas", pairs=[Pair(ours=1366.4, bare=52321.0)], unit="entry", shown=Shown.GAS),
    ]
    assert table(rows).splitlines()[2:] == [
        "| cost | 4 ms/query | 2 ms/query | 3 | **3** | 2–5 |",
        "| rate | 250 entry/s | 500 entry/s | 3 | **0.333** | 0.2–0.5 |",
        "| gas | 1,366 gas/entry | 52,321 gas/entry | 1 | **0.0261** | 0.0261–0.0261 |",
    ]


@pytest.mark.django_db
def test_a_purchase_and_its_sql_function_write_the_same_rows():
    stage.furnish(settings.DATA_DIR, KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE))
    shop = purchase.Shop()
    purchase.install()
    purchase.same_rows(shop)
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION benchmark_purchase; CREATE FUNCTION benchmark_purchase(a uuid, b uuid) " + EMPTY)
    with pytest.raises(purchase.Unequal, match="marketplace_order"):
        purchase.same_rows(shop)


@pytest.mark.django_db
def test_both_sides_bring_their_entries_to_the_chain(chain_node):
    bare_node = chain_node()
    ours = anchoring.Batched(chain_node())
    with closing(anchoring.Bare(bare_node)) as bare:
        assert min(ours.run(5)) > 0
        assert bare.run(1, 2) > 0
        assert 0 < ours.gas(5) < bare.gas
        assert bare.run(5, 2) > 0
        assert bare.run_in_full_blocks() > 0
    contract = ChainTransaction.objects.get(purpose="deploy").deployed.address
    assert ours.chain.contract(contract).size == 5
    assert Web3Chain(bare_node.url()).contract(bare.contract).size == 2 + 10 + anchoring.SINGLES


@pytest.mark.parametrize("name", ["aggregate", "encrypted"])
def test_a_benchmark_prints_its_table(name):
    command = [sys.executable, "-m", "benchmarks", name, "--rounds", "1"]
    run = subprocess.run(
        command, cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    head, _, *rows = run.stdout.splitlines()
    assert head == "| benchmark | ours | bare | rounds | median ratio | min–max |"
    assert rows
    assert all(row.startswith(f"| {name}: ") and " | 1 | **" in row for row in rows)


def test_an_unknown_benchmark_is_refused():
    run = subprocess.run([sys.executable, "-m", "benchmarks", "nothing"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 2
    assert "there are purchase, append, audit, proofs, anchoring" in run.stderr
