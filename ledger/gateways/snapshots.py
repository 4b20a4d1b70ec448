"""States of an embedded node on disk, so that a restart replays the journal's tail and not all of it."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ledger.gateways.node import Chain, ChainUnavailable
from ledger.queries.journal import hash_of_block, snapshots
from ledger.services.journalling import record_snapshot
from ledger.types import SnapshotView

SLOTS: Final = ("a", "b")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shelf:
    """Two files in turn for each chain: while one is written, the other is whole. A new one every ``every`` blocks."""

    directory: Path
    every: int

    def keep(self, chain: Chain, *, chain_id: int, now: datetime) -> bool:
        """Write a snapshot if the last is ``every`` blocks old, and say whether one was written."""
        taken = snapshots(chain_id=chain_id)
        tip = chain.block_number()
        if tip - (taken[0].block_number if taken else 0) < self.every:
            return False
        known = hash_of_block(chain_id=chain_id, number=tip)
        if known is None:
            return False
        used = taken[0].name if taken else ""
        name = f"{chain_id}-{SLOTS[used.endswith(f'-{SLOTS[0]}.state')]}.state"
        state = chain.dump()
        self._write(name, state)
        digest = hashlib.sha256(state).hexdigest()
        snapshot = SnapshotView(block_number=tip, block_hash=known, name=name, digest=digest)
        record_snapshot(chain_id=chain_id, snapshot=snapshot, now=now)
        return True

    def load(self, chain: Chain, *, chain_id: int) -> int:
        """Give a node at its first block the newest snapshot that is whole; return its block, 0 when none will do.

        Loaded is only what has the SHA-256 in the database, and kept only what has the journal's block hash.
        """
        for snapshot in snapshots(chain_id=chain_id):
            state = self._read(snapshot)
            if state is None:
                log.warning("snapshot %s of block %s is gone or changed", snapshot.name, snapshot.block_number)
                continue
            known = hash_of_block(chain_id=chain_id, number=snapshot.block_number)
            try:
                chain.load(state)
                fits = known is not None and chain.block_hash(snapshot.block_number) == known
            except ChainUnavailable as error:
                log.warning("the node does not take snapshot %s: %s", snapshot.name, error.reason)
                fits = False
            if fits and chain.block_number() == snapshot.block_number:
                return snapshot.block_number
            chain.start_over(chain_id)
        return 0

    def _write(self, name: str, state: bytes) -> None:
        """Put a file in its place whole: a crash leaves the old one, or the new one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        unfinished = self.directory / f"{name}.{os.getpid()}"
        with unfinished.open("wb") as file:
            file.write(state)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.directory / name)
        directory = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _read(self, snapshot: SnapshotView) -> bytes | None:
        path = self.directory / snapshot.name
        if not path.exists():
            return None
        state = path.read_bytes()
        return state if hashlib.sha256(state).hexdigest() == snapshot.digest else None
