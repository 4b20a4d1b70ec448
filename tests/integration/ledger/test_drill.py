"""The fault drill in its short form; ``python -m benchmarks.drill 100`` is the long one."""

import os
import random

import pytest

from benchmarks import drill, drilled
from tests.integration.ledger.conftest import CHAIN_ID

CYCLES = int(os.environ.get("DRILL_CYCLES", "3"))


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """Key store and data of the workers, which read their settings from the environment."""
    for name, value in {"KEY_STORE_DIR": tmp_path / "keys", "DATA_DIR": tmp_path, "CHAIN_ID": CHAIN_ID}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")


def test_nothing_is_lost_doubled_or_left_out(committing, keys):
    seed = random.randrange(10**9)
    with drill.staged(None, seed=seed) as stage:
        entries = drill.run(stage, CYCLES, drilled.write)
        drill.settle(drilled.anchored, entries)
        stage.close()
        assert drilled.findings(stage.node.url(), entries) == [], f"seed {seed}: {stage.struck}"
    assert entries > 0
