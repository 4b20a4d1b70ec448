"""TransparencyLog on a real node: the root it computes, what it refuses, who may do what, what it costs."""

import random
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.exceptions import ContractCustomError

from deploy.local.node import GENESIS, Node
from ledger.calldata import append_call, creation
from ledger.gateways.node import artifact
from ledger.merkle import EMPTY_ROOT, Frontier, leaf_hash, root_of

ROOT = Path(__file__).resolve().parents[3]
LEAVES = [leaf_hash(str(number).encode()) for number in range(4000)]
ZERO = "0x" + "00" * 20
ADMIN, WRITER, GUARDIAN, STRANGER = (Account.from_key(bytes([number]) * 32) for number in (1, 2, 3, 4))


class Bench:
    """A node on which several accounts deploy and call."""

    def __init__(self, node):
        self.web3 = Web3(HTTPProvider(node.url()))
        self.time = GENESIS
        self.built = artifact()

    def send(self, account, data, to=None):
        self.time += 1
        nonce = self.web3.eth.get_transaction_count(account.address)
        fields = {"nonce": nonce, "gasPrice": 0, "gas": 8_000_000, "value": 0, "data": data, "chainId": 31337}
        signed = account.sign_transaction(fields | ({"to": to} if to else {}))
        self.web3.eth.send_raw_transaction(signed.raw_transaction)
        self.web3.provider.make_request("evm_setNextBlockTimestamp", [self.time])
        self.web3.provider.make_request("evm_mine", [])
        return self.web3.eth.get_transaction_receipt(signed.hash)

    def deploy(self, size=0, frontier=(), roles=(ADMIN, WRITER, GUARDIAN)):
        contract = self.web3.eth.contract(abi=self.built["abi"], bytecode=self.built["bytecode"])
        addresses = [role if isinstance(role, str) else role.address for role in roles]
        arguments = contract.constructor(*addresses, size, list(frontier))
        receipt = self.send(ADMIN, arguments.build_transaction({"gas": 1, "gasPrice": 0, "nonce": 0})["data"])
        return Deployed(self, self.web3.eth.contract(receipt["contractAddress"], abi=self.built["abi"]), receipt)


class Deployed:
    """One contract on the bench."""

    def __init__(self, bench, contract, receipt):
        self.bench, self.contract, self.receipt = bench, contract, receipt
        self.read = contract.functions

    def append(self, start, leaves, account=WRITER):
        return self.bench.send(account, append_call(start, leaves), self.contract.address)

    def call(self, account, name, *arguments):
        return self.bench.send(account, self.contract.encode_abi(name, list(arguments)), self.contract.address)

    def refusal(self, account, name, *arguments):
        """The custom error a call would end with."""
        with pytest.raises(ContractCustomError) as caught:
            getattr(self.read, name)(*arguments).call({"from": account.address})
        selector = str(caught.value.data)[:10]
        errors = [item for item in self.contract.abi if item["type"] == "error"]
        names = {
            "0x"
            + Web3.keccak(text=f"{item['name']}({','.join(part['type'] for part in item['inputs'])})").hex()[:8]: item
            for item in errors
        }
        return names[selector]["name"]

    def state(self):
        return (self.read.size().call(), self.read.root().call(), tuple(self.read.frontier().call()))


@pytest.fixture(scope="module")
def bench():
    with TemporaryDirectory(prefix="gongshu-node-") as directory, Node(Path(directory)) as node:
        yield Bench(node)


@pytest.fixture
def log(bench):
    return bench.deploy()


def of(size):
    frontier = Frontier().extended(LEAVES[:size])
    return (size, frontier.root, frontier.nodes)


def test_artifact_is_what_the_sources_build():
    done = subprocess.run(["node", "contracts/build.mjs", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "TransparencyLog: identical\n"), done.stderr


def test_artifact_names_its_compiler():
    compiler = artifact()["compiler"]
    assert compiler["version"].startswith("0.8.37+")
    settings = compiler["input"]["settings"]
    assert settings["evmVersion"] == "paris"
    assert settings["optimizer"] == {"enabled": True, "runs": 200}
    assert settings["metadata"] == {"bytecodeHash": "none"}
    assert compiler["input"]["sources"]["TransparencyLog.sol"]["content"] == (
        ROOT / "contracts" / "TransparencyLog.sol"
    ).read_text(encoding="utf-8")


def test_source_keeps_to_what_every_chain_has():
    source = (ROOT / "contracts" / "TransparencyLog.sol").read_text(encoding="utf-8")
    code = "\n".join(line for line in source.splitlines() if not line.strip().startswith("///"))
    for word in ("chainid", "timestamp", "keccak256", "prevrandao", "block."):
        assert word not in code


def test_empty_log(log):
    assert log.state() == (0, EMPTY_ROOT, ())


def test_root_is_the_reference_root_after_every_size_up_to_70(log):
    for size in range(70):
        assert log.append(size, LEAVES[size : size + 1])["status"] == 1
        assert log.state() == of(size + 1)
        assert log.state()[1] == root_of(LEAVES[: size + 1])


def test_root_is_the_reference_root_after_random_batches(log):
    chance, size = random.Random(4), 0
    for _ in range(25):
        count = chance.choice([1, 2, 3, 7, 16, 31, 64, 100, 255])
        assert log.append(size, LEAVES[size : size + count])["status"] == 1
        size += count
        assert log.state() == of(size)


def test_leaves_stand_in_the_event_of_their_batch(log):
    log.append(0, LEAVES[:3])
    receipt = log.append(3, LEAVES[3:8])
    (event,) = log.contract.events.Appended().process_receipt(receipt)
    assert dict(event["args"]) == {"start": 3, "size": 8, "root": of(8)[1], "leaves": LEAVES[3:8]}


@pytest.mark.parametrize("start", [0, 2, 4, 2**64 - 1])
def test_batch_that_does_not_start_at_the_size_changes_nothing(log, start):
    log.append(0, LEAVES[:3])
    assert log.append(start, LEAVES[3:5])["status"] == 0
    assert log.refusal(WRITER, "append", start, LEAVES[3:5]) == "WrongStart"
    assert log.state() == of(3)


def test_empty_and_overlarge_batches_change_nothing(log):
    assert log.append(0, [])["status"] == 0
    assert log.append(0, LEAVES[:1001])["status"] == 0
    assert log.refusal(WRITER, "append", 0, []) == "EmptyBatch"
    assert log.refusal(WRITER, "append", 0, LEAVES[:1001]) == "BatchTooLarge"
    assert log.state() == of(0)
    assert log.append(0, LEAVES[:1000])["status"] == 1
    assert log.state() == of(1000)


@pytest.mark.parametrize("account", [ADMIN, GUARDIAN, STRANGER], ids=["admin", "guardian", "stranger"])
def test_only_the_writer_appends(log, account):
    assert log.append(0, LEAVES[:1], account)["status"] == 0
    assert log.refusal(account, "append", 0, LEAVES[:1]) == "NotWriter"
    assert log.state() == of(0)


def test_guardian_stops_and_admin_lets_go_on(log):
    assert log.refusal(ADMIN, "pause") == "NotGuardian"
    log.call(GUARDIAN, "pause")
    assert log.read.paused().call()
    assert log.append(0, LEAVES[:1])["status"] == 0
    assert log.refusal(WRITER, "append", 0, LEAVES[:1]) == "LogPaused"
    assert log.refusal(GUARDIAN, "unpause") == "NotAdmin"
    log.call(ADMIN, "unpause")
    assert log.append(0, LEAVES[:1])["status"] == 1


def test_roles_are_given_by_the_admin_alone(log):
    for name in ("setWriter", "setGuardian", "offerAdmin"):
        assert log.refusal(WRITER, name, STRANGER.address) == "NotAdmin"
    for name in ("setWriter", "setGuardian"):
        assert log.refusal(ADMIN, name, ZERO) == "ZeroAddress"
    log.call(ADMIN, "setWriter", STRANGER.address)
    log.call(ADMIN, "setGuardian", WRITER.address)
    assert log.append(0, LEAVES[:1])["status"] == 0
    assert log.append(0, LEAVES[:1], STRANGER)["status"] == 1
    assert (log.read.writer().call(), log.read.guardian().call()) == (STRANGER.address, WRITER.address)


def test_admin_changes_hands_in_two_steps(log):
    log.call(ADMIN, "offerAdmin", STRANGER.address)
    assert log.read.admin().call() == ADMIN.address
    assert log.refusal(WRITER, "acceptAdmin") == "NotPendingAdmin"
    log.call(STRANGER, "acceptAdmin")
    assert (log.read.admin().call(), log.read.pendingAdmin().call()) == (STRANGER.address, ZERO)
    assert log.refusal(ADMIN, "setWriter", ADMIN.address) == "NotAdmin"


def test_withdrawn_offer_cannot_be_accepted(log):
    log.call(ADMIN, "offerAdmin", STRANGER.address)
    log.call(ADMIN, "offerAdmin", ZERO)
    assert log.refusal(STRANGER, "acceptAdmin") == "NotPendingAdmin"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 300])
def test_new_log_goes_on_from_an_old_head(bench, size):
    frontier = Frontier().extended(LEAVES[:size])
    log = bench.deploy(size, frontier.nodes)
    (event,) = log.contract.events.Started().process_receipt(log.receipt)
    assert (event["args"]["size"], event["args"]["root"]) == (size, frontier.root)
    assert log.state() == of(size)
    assert log.append(size, LEAVES[size : size + 9])["status"] == 1
    assert log.state() == of(size + 9)


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1, 0), (3, 1), (3, 3), (4, 2)])
def test_frontier_that_does_not_fit_its_size_deploys_nothing(bench, size, count):
    assert bench.deploy(size, LEAVES[:count]).receipt["status"] == 0


def test_roles_cannot_be_nobody(bench):
    for roles in ((ZERO, WRITER, GUARDIAN), (ADMIN, ZERO, GUARDIAN), (ADMIN, WRITER, ZERO)):
        assert bench.deploy(roles=roles).receipt["status"] == 0


def test_creation_is_encoded_as_web3_does(bench):
    frontier = Frontier().extended(LEAVES[:5])
    contract = bench.web3.eth.contract(abi=bench.built["abi"], bytecode=bench.built["bytecode"])
    owner = ADMIN.address
    arguments = contract.constructor(owner, owner, owner, 5, list(frontier.nodes))
    expected = arguments.build_transaction({"gas": 1, "gasPrice": 0, "nonce": 0})["data"]
    bytecode = bytes.fromhex(bench.built["bytecode"][2:])
    assert "0x" + creation(bytecode, owner=owner, start=5, frontier=frontier.nodes).hex() == expected


def test_gas_for_each_leaf(log):
    """At most 2,000 a leaf in batches of 256, once the frontier's words exist."""
    log.append(0, LEAVES[:255])
    costs, size = [], 255
    for _ in range(4):
        costs.append(log.append(size, LEAVES[size : size + 256])["gasUsed"] / 256)
        size += 256
    assert max(costs) <= 2000, costs
    assert log.append(size, LEAVES[size : size + 1000])["gasUsed"] / 1000 <= 1400
