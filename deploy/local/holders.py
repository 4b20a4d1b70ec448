"""The demonstration's data holders: each a directory, a source key and a worker that only its own user reads."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.files import write_json, write_whole
from deploy.local.places import FIRST_HOLDER_UID, Places
from deploy.local.problems import CannotRun
from deploy.local.processes import Command, Identity, plain_environment, privileged, tail
from deploy.local.programs import CeleryServer

CODES: Final = ("health", "market", "transport")


@dataclass(frozen=True)
class Holder:
    """A data holder on this machine. As root it has a user of its own; otherwise everything has one user."""

    code: str
    places: Places

    @property
    def identity(self) -> Identity | None:
        """Return the user the holder's processes run as; no account is made for it, a number is enough."""
        if not privileged():
            return None
        uid = FIRST_HOLDER_UID + CODES.index(self.code)
        return Identity(uid, uid)

    @property
    def directory(self) -> Path:
        """Return the holder's own directory, closed to everybody else."""
        return self.places.exposed / "holders" / self.code

    @property
    def public_file(self) -> Path:
        """Return where the platform reads what the holder has published about itself."""
        return self.places.data / "holders-public" / f"{self.code}.json"

    @property
    def platform_key(self) -> Path:
        """Return where the platform keeps its public key, which the holder's worker pins when it first sees it."""
        return self.places.data / "keys" / "platform.pub"

    @property
    def connected(self) -> bool:
        """Say whether the source is loaded and published."""
        return self.public_file.exists() and (self.directory / "worker.env").exists()

    def settle(self) -> None:
        """Make the directory and, once, the key of the source in it: the only place where that key is."""
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        self.directory.mkdir(mode=0o700, exist_ok=True)
        owner = None if self.identity is None else (self.identity.uid, self.identity.gid)
        if owner is not None:
            os.chown(self.directory, *owner)
        credentials = self.directory / "worker.env"
        if not credentials.exists():
            write_whole(credentials, f"SOURCE_KEY={secrets.token_hex(32)}\n", owner=owner)

    def command(self, module: str, *, log: Path, **more: str) -> Command:
        """Return how one of the holder's programs is run: with the source's credentials and none of the platform's."""
        lines = (self.directory / "worker.env").read_text(encoding="utf-8").splitlines()
        credentials = dict(line.split("=", 1) for line in lines if "=" in line)
        own = {"HOLDER_CODE": self.code, "HOLDER_DIR": str(self.directory), "HOME": str(self.directory)}
        python = {"PYTHONPATH": str(self.places.code), "PYTHONDONTWRITEBYTECODE": "1"}
        return Command(
            arguments=[str(self.places.environment / "bin" / "python"), "-m", module],
            environment=plain_environment(**credentials, **own, **python, **more),
            directory=self.directory,
            log=log,
            identity=self.identity,
        )

    def publish(self, log: Path) -> None:
        """Keep the line of JSON with which the holder's ``connect`` ended, for the platform to read."""
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        try:
            published = json.loads(lines[-1])
        except (IndexError, ValueError) as problem:
            raise CannotRun(f"The holder {self.code} published nothing readable:\n{tail(log)}") from problem
        self.public_file.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.public_file, published, mode=0o644)


class DomainWorker(CeleryServer):
    """The holder's worker: it hears signed plans on the holder's queue and has no way to the platform's database."""

    ready_within = 60.0

    def __init__(self, holder: Holder, *, broker_url: str) -> None:
        self.name = f"holder {holder.code}"
        self.holder = holder
        self.broker_url = broker_url
        self.log = holder.places.logs / f"holder-{holder.code}.log"

    def command(self) -> Command:
        """Return how the worker is run."""
        key = self.holder.platform_key.read_text(encoding="utf-8").strip()
        return self.holder.command(
            "privacy.domain.worker", log=self.log, BROKER_URL=self.broker_url, PLATFORM_PUBLIC_KEY=key
        )
