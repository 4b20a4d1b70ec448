"""The story's past is played on real services for any present: clocks, terms and years of operation always fit."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from config.story.player import play, stage
from config.story.scenes import SCENES
from kernel.signer import KeyStore
from kernel.workdays import SHANGHAI
from registry import queries

ROOT = Path(__file__).resolve().parents[3]
PAST = [scene for scene in SCENES if not scene.live]


@pytest.fixture(scope="module")
def announced(tmp_path_factory):
    """What three domain workers announce of themselves, from the real program."""
    place = tmp_path_factory.mktemp("data")
    (place / "holders-public").mkdir()
    for code in ("health", "market", "transport"):
        own = place / code
        own.mkdir()
        variables = {"HOLDER_CODE": code, "HOLDER_DIR": str(own), "SOURCE_KEY": secrets.token_hex(32)}
        told = subprocess.run(
            [sys.executable, "-m", "privacy.domain.connect"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **variables},
            capture_output=True,
            text=True,
            check=True,
        )
        (place / "holders-public" / f"{code}.json").write_text(json.dumps(json.loads(told.stdout)))
    return place


@pytest.mark.django_db
@pytest.mark.parametrize(
    "day",
    ["2026-11-21 05:30", "2026-12-31 23:59", "2027-02-28 12:00", "2028-02-29 00:01", "2031-10-05 09:00"],
)
def test_the_past_is_played_for_any_present(settings, announced, tmp_path, day):
    settings.DATA_DIR, settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE = announced, tmp_path, "a passphrase"
    for name in ("platform", "office"):
        KeyStore(tmp_path, "a passphrase").ensure_signer(name)
    now = datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)
    on = stage(now)
    played = [scene.key for scene, _, new in play(PAST, on, now) if new]
    assert played == [scene.key for scene in PAST]
    product = queries.tradable_product(on.id("build", "product"), now=now)
    assert product.registration_code
    assert on.fact("fee", "fee") == "7.500000"
    assert all(on.moment(key) < now for key in ("register-health", "agree", "build", "survey", "decide", "ceiling"))
    # A second playing of a told story plays nothing.
    assert [scene.key for scene, _, new in play(PAST, stage(now), now) if new] == []
