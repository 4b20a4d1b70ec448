from __future__ import annotations

import stat
from pathlib import Path

import pytest

from deploy.local import variables
from deploy.local.problems import CannotRun

EMBEDDED = {"DATABASE_URL": "postgresql:///embedded", "BROKER_URL": "redis://embedded", "DEMONSTRATION": True}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variables.TAKEN_OVER:
        monkeypatch.delenv(name, raising=False)


def test_secrets_are_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = variables.own_secrets(path)
    assert variables.own_secrets(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first["STRIPE_API_KEY"].startswith("sk_test_")
    assert first["STRIPE_WEBHOOK_SECRET"].startswith("whsec_")


def test_a_half_written_file_of_secrets_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text('{"SECRET_KEY": "kept"}')
    found = variables.own_secrets(path)
    assert found["SECRET_KEY"] == "kept"
    assert found["KEY_STORE_PASSPHRASE"]


def test_the_embedded_parts_are_used_where_nothing_is_set() -> None:
    assert variables.assemble(EMBEDDED) == EMBEDDED
    assert not variables.outside("postgres")


def test_what_the_caller_sets_replaces_the_embedded_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://outside/db")
    monkeypatch.setenv("ALLOWED_HOSTS", '["gongshu.example"]')
    assert variables.outside("postgres")
    assert variables.assemble(EMBEDDED) == EMBEDDED | {
        "DATABASE_URL": "postgresql://outside/db",
        "DATABASE_OWNER_URL": "postgresql://outside/db",
        "ALLOWED_HOSTS": ["gongshu.example"],
    }


def test_a_real_stripe_key_points_at_the_real_stripe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live_x")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_x")
    variables.check_callers()
    assert variables.assemble({"STRIPE_API_BASE": "http://127.0.0.1:1"})["STRIPE_API_BASE"] == ""


@pytest.mark.parametrize(("switch", "needed"), variables.NEEDED_BESIDE.items())
def test_an_outside_part_without_its_companion_is_one_sentence(
    switch: str, needed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(switch, "x")
    with pytest.raises(CannotRun, match=f"^{switch} is set and {needed} is not: set both"):
        variables.check_callers()
