"""The platform's variables: the caller's where they are set, the embedded parts' otherwise, written to one file."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from deploy.local.files import read_json, write_json
from deploy.local.problems import CannotRun

# Setting one of these in the caller's environment puts that outside service in the place of the embedded part.
SWITCHES: Final = {"postgres": "DATABASE_URL", "broker": "BROKER_URL", "node": "CHAIN_URL", "stripe": "STRIPE_API_KEY"}
NEEDED_BESIDE: Final = {"CHAIN_URL": "CHAIN_ID", "STRIPE_API_KEY": "STRIPE_WEBHOOK_SECRET"}
TAKEN_OVER: Final = (
    *SWITCHES.values(),
    "DATABASE_OWNER_URL",
    "CHAIN_ID",
    "STRIPE_API_BASE",
    "STRIPE_WEBHOOK_SECRET",
    "SECRET_KEY",
    "PUBLIC_URL",
    "ALLOWED_HOSTS",
    "LOG_ORIGIN",
    "DEMONSTRATION",
    "DEBUG",
)
# Given to the command that migrates and to nothing else: whoever owns the tables can switch their guards off.
FOR_MIGRATIONS: Final = ("DATABASE_OWNER_URL",)


def outside(part: str) -> bool:
    """Say whether the caller's environment names an outside service in the place of an embedded part."""
    return bool(os.environ.get(SWITCHES[part]))


def check_callers() -> None:
    """Raise CannotRun if the caller names an outside service without what is needed beside its address."""
    for switch, needed in NEEDED_BESIDE.items():
        if os.environ.get(switch) and not os.environ.get(needed):
            raise CannotRun(f"{switch} is set and {needed} is not: set both, or neither for the embedded part.")


def own_secrets(path: Path) -> dict[str, str]:
    """Return the secrets of this checkout's platform, made at the first start and kept in a file of mode 600."""
    known = {name: str(value) for name, value in read_json(path).items()}
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "KEY_STORE_PASSPHRASE": secrets.token_urlsafe(32),
        "STRIPE_API_KEY": f"sk_test_{secrets.token_hex(16)}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
    }
    if not made.keys() <= known.keys():
        known = made | known
        write_json(path, known)
    return known


def assemble(embedded: Mapping[str, Any]) -> dict[str, Any]:
    """Return every variable: the embedded parts' values, and over them whatever the caller has set."""
    callers: dict[str, Any] = {name: os.environ[name] for name in TAKEN_OVER if os.environ.get(name)}
    if "ALLOWED_HOSTS" in callers:
        callers["ALLOWED_HOSTS"] = json.loads(callers["ALLOWED_HOSTS"])
    merged = dict(embedded) | callers
    if "DATABASE_URL" in callers and "DATABASE_OWNER_URL" not in callers:
        merged["DATABASE_OWNER_URL"] = callers["DATABASE_URL"]
    if "STRIPE_API_KEY" in callers and "STRIPE_API_BASE" not in callers:
        merged["STRIPE_API_BASE"] = ""
    return merged
