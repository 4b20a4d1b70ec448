"""The log's outside system: a chain node, reached as the settings say."""

from __future__ import annotations

import sys
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from kernel.signer import Ed25519Signer, KeyStore
from ledger.gateways import anchoring
from ledger.gateways.node import Web3Chain
from ledger.gateways.wallet import Wallet
from ledger.services.seal import open_log, seal

PLATFORM: str = "platform"
DEEPEST: int = 1000

# web3 brings a package that raises Python's recursion limit a hundredfold as it is imported; with it so high, JSON that
# is nested deeply enough overflows the C stack and ends the process instead of raising RecursionError.
sys.setrecursionlimit(DEEPEST)


def _store() -> KeyStore:
    return KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE)


@lru_cache(maxsize=1)
def chain() -> Web3Chain:
    """Return the configured node."""
    return Web3Chain(settings.CHAIN_URL)


@lru_cache(maxsize=1)
def wallet() -> Wallet:
    """Return the account that writes to the log contract; raise KeyStoreLocked in a process that may not sign."""
    return Wallet.from_store(_store())


@lru_cache(maxsize=1)
def platform_signer() -> Ed25519Signer:
    """Return the signer of checkpoints; raise KeyStoreLocked in a process that may not sign."""
    return _store().ensure_signer(PLATFORM)


def prepare_log() -> str:
    """Make the log ready to write: keys, the contract (deployed once), and an embedded node at the journal's state.

    Return one line that says what there is now. Harmless when repeated.
    """
    now = timezone.now()
    open_log(public_key=platform_signer().public_key, now=now)
    line = restore_chain()
    address = anchoring.deploy(chain(), chain_id=settings.CHAIN_ID, signer=wallet(), now=now)
    return f"{line}; log {settings.LOG_ORIGIN} at {address} on chain {settings.CHAIN_ID}"


def restore_chain() -> str:
    """Replay the journal onto an embedded node and compare it with the database; return one line about it."""
    now = timezone.now()
    replayed = anchoring.restore(chain(), chain_id=settings.CHAIN_ID, now=now)
    anchoring.reconcile(chain(), chain_id=settings.CHAIN_ID, now=now)
    return f"chain {settings.CHAIN_ID}: {replayed} blocks replayed, every hash as before"


def seal_all() -> int:
    """Seal everything that waits, head by head; return the size of the tree, 0 when nothing waited."""
    size = 0
    while (head := seal(signer=platform_signer(), now=timezone.now())) is not None:
        size = head.size
    return size


def anchor_all() -> int:
    """Send every sealed head to the chain; return the size the chain is known to hold."""
    return anchoring.anchor(chain(), chain_id=settings.CHAIN_ID, signer=wallet(), now=timezone.now())


def compare_chain() -> None:
    """Raise the error that names it when node and database do not hold the same blocks, size and root."""
    anchoring.compare(chain(), chain_id=settings.CHAIN_ID)
