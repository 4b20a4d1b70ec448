"""Every variable the platform reads, typed, in one place.

Environment variables come first, then the file that the one-machine supervisor writes (``.data/environment.json``).
All missing or malformed ones are reported together.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_settings import BaseSettings, JsonConfigSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

ROOT: Final = Path(__file__).resolve().parent.parent
STATE_FILE: Final = Path(os.environ.get("GONGSHU_ENVIRONMENT", ROOT / ".data" / "environment.json"))


class BadEnvironment(Exception):
    """Variables are missing or malformed; the message lists all of them."""


class Environment(BaseSettings):
    """The platform's variables. README.md says what each is for."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", json_file=STATE_FILE)

    DATABASE_URL: str
    BROKER_URL: str
    CHAIN_URL: str
    CHAIN_ID: int = 31337
    CHAIN_CONFIRMATIONS: int = 1
    CHAIN_SNAPSHOT_BLOCKS: int = 100
    CHAIN_EPOCH_BLOCKS: int = 20_000
    SECRET_KEY: str
    STRIPE_API_KEY: str
    STRIPE_API_BASE: str = ""
    STRIPE_WEBHOOK_SECRET: str
    KEY_STORE_DIR: Path
    KEY_STORE_PASSPHRASE: str | None = None
    IDENTITY_KEY_FILE: Path | None = None
    PUBLIC_URL: str = "http://127.0.0.1:8000"
    ALLOWED_HOSTS: list[str] = ["127.0.0.1", "localhost"]
    LOG_ORIGIN: str = "gongshu.local/log1"
    DATA_DIR: Path = ROOT / ".data"
    STATIC_ROOT: Path | None = None
    DEMONSTRATION: bool = False
    SECOND_FACTOR: bool = False
    EMAIL_URL: str = ""
    EMAIL_FROM: str = "noreply@localhost"
    DEBUG: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read environment variables first, then the supervisor's file."""
        return env_settings, JsonConfigSettingsSource(settings_cls), init_settings


def nothing_configured() -> bool:
    """Return whether neither the supervisor's file nor a database variable is there."""
    return not STATE_FILE.exists() and "DATABASE_URL" not in os.environ


def _stand_ins() -> dict[str, object]:
    return {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/gongshu",
        "BROKER_URL": "memory://",
        "CHAIN_URL": "http://127.0.0.1:1",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "STRIPE_API_KEY": "sk_test_not_configured",
        "STRIPE_WEBHOOK_SECRET": "whsec_not_configured",
        "KEY_STORE_DIR": ROOT / ".data" / "keys",
    }


def load() -> Environment:
    """Return the environment; raise BadEnvironment listing every missing or malformed variable.

    With nothing configured at all, stand-ins are returned that reach no service: commands that need none work.
    """
    try:
        return Environment(**(_stand_ins() if nothing_configured() else {}))  # type: ignore[arg-type]  # typed fields
    except ValidationError as error:
        rows = [f"  {'.'.join(str(part) for part in row['loc'])}: {row['msg']}" for row in error.errors()]
        raise BadEnvironment("These settings are missing or malformed:\n" + "\n".join(rows)) from error
