"""The log's outside system: a chain node, reached as the settings say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from kernel.actors import Actor
from kernel.signer import KeyStore, Signer
from ledger.gateways import anchoring, care
from ledger.gateways.keys import first_keys, signers_in
from ledger.gateways.node import Web3Chain
from ledger.gateways.receipts import differing
from ledger.gateways.snapshots import Shelf
from ledger.gateways.wallet import Wallet
from ledger.note import VerifierKey
from ledger.queries.heads import anchored_size
from ledger.queries.journal import present_chain
from ledger.services.keys import open_log
from ledger.services.seal import seal
from ledger.services.stops import lift_stops
from ledger.types import ChainStatusView

DEEPEST: int = 1000

# web3 brings a package that raises Python's recursion limit a hundredfold as it is imported; with it so high, JSON that
# is nested deeply enough overflows the C stack and ends the process instead of raising RecursionError.
sys.setrecursionlimit(DEEPEST)


def _store() -> KeyStore:
    return KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE)


@lru_cache(maxsize=1)
def chain() -> Web3Chain:
    """Return the configured node."""
    return Web3Chain(settings.CHAIN_URL, confirmations=settings.CHAIN_CONFIRMATIONS)


def shelf() -> Shelf:
    """Return where snapshots of an embedded node are kept."""
    return Shelf(settings.DATA_DIR / "chain", settings.CHAIN_SNAPSHOT_BLOCKS)


@lru_cache(maxsize=1)
def wallet() -> Wallet:
    """Return the account that writes to the log contract; raise KeyStoreLocked in a process that may not sign."""
    return Wallet.from_store(_store())


def log_signers() -> tuple[Signer, Signer]:
    """Return the signers of the log's next head, Ed25519 and SM2; raise KeyStoreLocked where signing is not allowed.

    Their keys are made at first use; after a rotation they are found by the public keys the log names.
    """
    return signers_in(_store())


def kept_keys() -> tuple[VerifierKey, ...]:
    """Return the log's first keys as the key store's public files have them; empty where this process sees none."""
    return first_keys(KeyStore(settings.KEY_STORE_DIR))


def prepare_log() -> str:
    """Make the log ready to write: keys, the contract (deployed once), and an embedded node at the journal's state.

    Return one line that says what there is now. Harmless when repeated.
    """
    now = timezone.now()
    open_log(signers=log_signers(), now=now)
    line = restore_chain()
    address = anchoring.deploy(chain(), chain_id=settings.CHAIN_ID, signer=wallet(), now=now)
    here, _ = present_chain(settings.CHAIN_ID)
    return f"{line}; log {settings.LOG_ORIGIN} at {address} on chain {here}"


def restore_chain() -> str:
    """Replay the journal onto an embedded node and compare it with the database; return one line about it."""
    now = timezone.now()
    replayed = care.restore(chain(), chain_id=settings.CHAIN_ID, now=now, shelf=shelf())
    here = care.reconcile(chain(), chain_id=settings.CHAIN_ID, now=now, shelf=shelf())
    return f"chain {here}: {replayed} blocks replayed, every hash as before"


def rebuild_epoch(*, epoch: int, url: str) -> str:
    """Replay an earlier epoch onto another, freshly started anvil at ``url``, where its receipts can be checked then.

    Return one line about it. Raises ChainDiffers, ChainAhead, ChainUnavailable.
    """
    other = Web3Chain(url, embedded=True)
    other.start_over(settings.CHAIN_ID + epoch)
    replayed = care.replay(other, chain_id=settings.CHAIN_ID + epoch, now=timezone.now(), shelf=shelf())
    return f"epoch {epoch} (chain {settings.CHAIN_ID + epoch}) at {url}: {replayed} blocks replayed"


def reconcile_chain() -> str:
    """Hold chain and database against each other, and one of them right where that can be done; return one line.

    Raises what ``care.reconcile`` raises; it is on record then, and writing or anchoring stands still.
    """
    here = care.reconcile(chain(), chain_id=settings.CHAIN_ID, now=timezone.now(), shelf=shelf())
    return f"chain {here}: {anchored_size()} entries, as the database says"


def recover_chain(*, actor: Actor) -> str:
    """Let the log be written again, once every block, the head and every status on chain are as the database says.

    Return one line. Raises what ``care.compare`` raises; then nothing has changed.
    """
    now = timezone.now()
    care.restore(chain(), chain_id=settings.CHAIN_ID, now=now, shelf=shelf())
    care.reconcile(chain(), chain_id=settings.CHAIN_ID, now=now, shelf=shelf())
    care.compare(chain(), chain_id=settings.CHAIN_ID)
    lifted = lift_stops(everything=True, actor=actor, now=now)
    return f"chain and database agree on {anchored_size()} entries; {lifted} stops lifted"


def roll_over() -> str:
    """Close the log contract and go on in a new one from its head; return one line about it."""
    address = anchoring.roll_over(
        chain(), chain_id=settings.CHAIN_ID, signer=wallet(), now=timezone.now(), shelf=shelf()
    )
    here, epoch = present_chain(settings.CHAIN_ID)
    return f"log {settings.LOG_ORIGIN} goes on at {address} on chain {here}, epoch {epoch}"


def chain_status(subject: str) -> ChainStatusView | None:
    """Return the status of a certificate or licence as the contract holds it; None where it knows none.

    Raises ContractMissing before one is deployed, WrongChain, ChainUnavailable.
    """
    return care.chain_status(chain(), chain_id=settings.CHAIN_ID, subject=subject)


def seal_all() -> int:
    """Seal everything that waits, head by head; return the size of the tree, 0 when nothing waited."""
    size = 0
    while (head := seal(signers=log_signers(), now=timezone.now())) is not None:
        size = head.size
    return size


def anchor_all() -> int:
    """Send every sealed head to the chain; return the size the chain is known to hold."""
    return anchoring.anchor(
        chain(),
        chain_id=settings.CHAIN_ID,
        signer=wallet(),
        now=timezone.now(),
        shelf=shelf(),
        epoch_blocks=settings.CHAIN_EPOCH_BLOCKS,
    )


def compare_chain() -> None:
    """Raise the error that names it when node and database do not hold the same blocks, size and root."""
    care.compare(chain(), chain_id=settings.CHAIN_ID)


def compare_receipts() -> Iterator[tuple[str, str]]:
    """Yield each journal row of the present chain that the node's receipt contradicts: its place, and what differs.

    Raises WrongChain, ChainUnavailable.
    """
    yield from differing(chain(), chain_id=settings.CHAIN_ID)
