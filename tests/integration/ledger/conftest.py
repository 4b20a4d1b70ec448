"""A log to write to, a real node, and a database of one's own for tests that need commits."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import connection, transaction

from deploy.local.node import Node
from kernel.actors import Actor
from kernel.signer import Ed25519Signer, KeyStore
from kernel.sm2 import Sm2Signer
from ledger.gateways import anchoring
from ledger.gateways.node import Web3Chain
from ledger.gateways.wallet import Wallet
from ledger.queries.audit import Audit
from ledger.queries.journal import newest_contract, present_chain
from ledger.services import append, prepare_batches, seal
from ledger.types import EntryKind
from ledger.words import CODE

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
CHAIN_ID = 31337
ROOT = Path(__file__).resolve().parents[3]
ACTOR = Actor(kind="person", user_id=7)
THING_DONE = EntryKind(
    name="thing.done",
    version=1,
    schema={
        "type": "object",
        "properties": {"number": {"type": "integer"}, "code": CODE},
        "required": ["number"],
        "additionalProperties": False,
    },
)


class LogUnderTest:
    """Appends, seals and anchors with one signer, one wallet and a clock that only goes forward."""

    def __init__(self, node, store):
        self.node = node
        self.signers = (Ed25519Signer.generate("platform"), Sm2Signer.generate("platform-sm2"))
        self.wallet = Wallet.from_store(store)
        self.now = NOW
        self.chain = Web3Chain(node.url())

    def tick(self):
        self.now += timedelta(seconds=7)
        return self.now

    def append(self, count=1, *, refs=(), subject="thing:1", **more):
        ids = []
        for number in range(count):
            payload = {"number": number} | more.pop("payload", {})
            told = {"actor": ACTOR, "payload": payload} | more
            ids.append(append(kind=THING_DONE, subject=subject, refs=refs, now=self.now, **told))
        return ids

    def seal(self):
        return seal(signers=self.signers, now=self.tick())

    def deploy(self):
        return anchoring.deploy(self.chain, chain_id=CHAIN_ID, signer=self.wallet, now=self.tick())

    def anchor(self):
        return anchoring.anchor(self.chain, chain_id=CHAIN_ID, signer=self.wallet, now=self.tick())

    def held(self):
        """Size and root in the newest contract, None where there is none."""
        state = self.chain.contract(newest_contract().address)
        return None if state is None else (state.size, state.root)

    def prepared(self, most=1):
        """What is to be sent next, of at most so many batches, as rows of the journal."""
        here, _ = present_chain(CHAIN_ID)
        return prepare_batches(chain_id=here, signer=self.wallet, now=self.tick(), most=most).rows

    def roll_over(self, **more):
        return anchoring.roll_over(self.chain, chain_id=CHAIN_ID, signer=self.wallet, now=self.tick(), **more)

    def mine(self, data, *, nonce, to=None, gas=400_000):
        """Have a transaction of the log's key mined behind the journal's back."""
        signed = self.wallet.sign(
            chain_id=present_chain(CHAIN_ID)[0], nonce=nonce, to=to or newest_contract().address, data=data, gas=gas
        )
        self.node.request("eth_sendRawTransaction", f"0x{signed.raw.hex()}")
        self.node.request("evm_setNextBlockTimestamp", int(self.tick().timestamp()))
        self.node.request("evm_mine")
        return self.chain.mined(signed.tx_hash)

    def restore(self):
        return anchoring.restore(self.chain, chain_id=CHAIN_ID, now=self.tick())

    def reconcile(self):
        anchoring.reconcile(self.chain, chain_id=CHAIN_ID, now=self.tick())

    def kill_node(self):
        os.kill(self.node.pid, signal.SIGKILL)
        self.node.stop()


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    return KeyStore(tmp_path_factory.mktemp("keys"), "a passphrase for tests")


@pytest.fixture
def node():
    with TemporaryDirectory(prefix="gongshu-node-") as directory, Node(Path(directory)) as running:
        yield running


@pytest.fixture
def log(db, node, store, settings):
    settings.KEY_STORE_DIR = store.directory  # has the log's chain key, and not the keys of another log
    return LogUnderTest(node, store)


class Silent:
    """A node for logs that never reach a chain."""

    @staticmethod
    def url():
        return "http://127.0.0.1:1"


@pytest.fixture
def offline_log(db, store):
    return LogUnderTest(Silent(), store)


def unguarded():
    """Switch the guards off until the test's transaction ends: what the tables' owner could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in (table for table in connection.introspection.table_names() if table.startswith("ledger_")):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def found():
    """Where the audit finds something."""
    return [finding.where for finding in Audit().findings()]


def after(statement):
    """Where the audit finds something once a statement changed the tables, foreign keys or not; then it is undone."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(statement)
            assert cursor.rowcount
        where = found()
        transaction.set_rollback(True)
    return where


@pytest.fixture
def committed_log_on_node(committing, node, store):
    return LogUnderTest(node, store)


@pytest.fixture
def committed_log(committing, store):
    return LogUnderTest(Silent(), store)
