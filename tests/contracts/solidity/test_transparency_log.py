"""TransparencyLog on a real node: the root it computes, what it refuses, who may do what, what it costs."""

import hashlib
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.exceptions import ContractCustomError
from web3.logs import DISCARD

from deploy.local.node import GENESIS, Node
from ledger.calldata import (
    GAS_FOR_STATUS,
    MOST_GAS,
    STATUS_OF,
    ChainStatus,
    append_call,
    append_gas,
    carry_call,
    close_call,
    creation,
)
from ledger.calldata import ROOT as ROOT_OF
from ledger.gateways.node import artifact
from ledger.merkle import EMPTY_ROOT, Frontier, leaf_hash, root_of
from ledger.status import status_id

LEAVES = [leaf_hash(str(number).encode()) for number in range(4000)]
ZERO = "0x" + "00" * 20
OLD_LOG = "0x" + "22" * 20
LICENCE, CERTIFICATE = status_id("licence:1"), status_id("certificate:1")
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
        fields = {"nonce": nonce, "gasPrice": 0, "gas": 29_900_000, "value": 0, "data": data, "chainId": 31337}
        signed = account.sign_transaction(fields | ({"to": to} if to else {}))
        self.web3.eth.send_raw_transaction(signed.raw_transaction)
        self.web3.provider.make_request("evm_setNextBlockTimestamp", [self.time])
        self.web3.provider.make_request("evm_mine", [])
        return self.web3.eth.get_transaction_receipt(signed.hash)

    def deploy(self, size=0, frontier=(), roles=(ADMIN, WRITER, GUARDIAN), old=None):
        contract = self.web3.eth.contract(abi=self.built["abi"], bytecode=self.built["bytecode"])
        addresses = [role if isinstance(role, str) else role.address for role in roles]
        old_chain, old_log = old or ((7, OLD_LOG) if size else (0, ZERO))
        arguments = contract.constructor(*addresses, size, list(frontier), old_chain, old_log)
        receipt = self.send(ADMIN, arguments.build_transaction({"gas": 1, "gasPrice": 0, "nonce": 0})["data"])
        return Deployed(self, self.web3.eth.contract(receipt["contractAddress"], abi=self.built["abi"]), receipt)


class Deployed:
    """One contract on the bench."""

    def __init__(self, bench, contract, receipt):
        self.bench, self.contract, self.receipt = bench, contract, receipt
        self.read = contract.functions

    def append(self, start, leaves, account=WRITER, changes=()):
        return self.bench.send(account, append_call(start, b"".join(leaves), changes), self.contract.address)

    def carry(self, *statuses, account=WRITER):
        return self.bench.send(account, carry_call(statuses), self.contract.address)

    def status(self, identifier):
        return tuple(self.read.statusOf(identifier).call())

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
    assert log.refusal(WRITER, "append", start, LEAVES[3:5], []) == "WrongStart"
    assert log.state() == of(3)


def test_empty_and_overlarge_batches_change_nothing(log):
    assert log.append(0, [])["status"] == 0
    assert log.append(0, LEAVES[:1001])["status"] == 0
    assert log.refusal(WRITER, "append", 0, [], []) == "EmptyBatch"
    assert log.refusal(WRITER, "append", 0, LEAVES[:1001], []) == "BatchTooLarge"
    assert log.state() == of(0)
    assert log.append(0, LEAVES[:1000])["status"] == 1
    assert log.state() == of(1000)


@pytest.mark.parametrize("account", [ADMIN, GUARDIAN, STRANGER], ids=["admin", "guardian", "stranger"])
def test_only_the_writer_appends(log, account):
    assert log.append(0, LEAVES[:1], account)["status"] == 0
    assert log.refusal(account, "append", 0, LEAVES[:1], []) == "NotWriter"
    assert log.state() == of(0)


def test_guardian_stops_and_admin_lets_go_on(log):
    assert log.refusal(ADMIN, "pause") == "NotGuardian"
    log.call(GUARDIAN, "pause")
    assert log.read.paused().call()
    assert log.append(0, LEAVES[:1])["status"] == 0
    assert log.refusal(WRITER, "append", 0, LEAVES[:1], []) == "LogPaused"
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
    assert (event["args"]["oldChain"], event["args"]["oldLog"]) == (7, OLD_LOG)
    assert log.read.startHead().call() == [size, frontier.root, 7, OLD_LOG]
    assert log.state() == of(size)
    assert log.append(size, LEAVES[size : size + 9])["status"] == 1
    assert log.state() == of(size + 9)


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1, 0), (3, 1), (3, 3), (4, 2)])
def test_frontier_that_does_not_fit_its_size_deploys_nothing(bench, size, count):
    assert bench.deploy(size, LEAVES[:count]).receipt["status"] == 0


@pytest.mark.parametrize(("size", "old"), [(0, (7, OLD_LOG)), (3, (7, ZERO))], ids=["new with", "later without"])
def test_only_a_log_that_goes_on_names_another(bench, size, old):
    frontier = Frontier().extended(LEAVES[:size])
    assert bench.deploy(size, frontier.nodes, old=old).receipt["status"] == 0


def change(identifier, place, state=1, valid_until=20301231):
    return ChainStatus(id=identifier, place=place, state=state, valid_until=valid_until)


def test_status_comes_with_its_leaf_and_changes_with_another(log):
    receipt = log.append(0, LEAVES[:5], changes=[change(LICENCE, 1), change(CERTIFICATE, 4, valid_until=0)])
    events = log.contract.events.StatusChanged().process_receipt(receipt, errors=DISCARD)
    assert [dict(event["args"]) for event in events] == [
        {"id": LICENCE, "index": 1, "state": 1, "validUntil": 20301231},
        {"id": CERTIFICATE, "index": 4, "state": 1, "validUntil": 0},
    ]
    assert log.state() == of(5)
    assert log.read.inForce(LICENCE, 20301231).call()
    assert not log.read.inForce(LICENCE, 20310101).call()
    assert log.read.inForce(CERTIFICATE, 99991231).call()
    log.append(5, LEAVES[5:7], changes=[change(LICENCE, 0, state=2), change(LICENCE, 1, state=3)])
    assert log.status(LICENCE) == (3, 20301231, 6)
    assert log.status(CERTIFICATE) == (1, 0, 4)
    assert not log.read.inForce(LICENCE, 20261122).call()
    assert log.status(status_id("licence:unknown")) == (0, 0, 0)
    assert not log.read.inForce(status_id("licence:unknown"), 20261122).call()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ([change(LICENCE, 3)], "StatusWithoutLeaf"),
        ([change(LICENCE, 1), change(CERTIFICATE, 1)], "StatusWithoutLeaf"),
        ([change(LICENCE, 2), change(CERTIFICATE, 1)], "StatusWithoutLeaf"),
        ([change(LICENCE, 0, state=0)], "NoState"),
    ],
    ids=["beyond the batch", "two on one leaf", "out of order", "no state"],
)
def test_status_without_its_leaf_changes_nothing(log, changes, error):
    assert log.append(0, LEAVES[:3], changes=changes)["status"] == 0
    told = [(each.id, each.place, each.state, each.valid_until) for each in changes]
    assert log.refusal(WRITER, "append", 0, LEAVES[:3], told) == error
    assert (log.state(), log.status(LICENCE)) == (of(0), (0, 0, 0))


def test_statuses_of_an_old_log_are_carried_over_before_the_first_append(bench):
    log = bench.deploy(3, Frontier().extended(LEAVES[:3]).nodes)
    assert log.carry(change(LICENCE, 2, state=2), change(CERTIFICATE, 0), account=ADMIN)["status"] == 0
    assert log.carry(change(LICENCE, 3))["status"] == 0
    assert log.carry(change(LICENCE, 2, state=2), change(CERTIFICATE, 0))["status"] == 1
    assert (log.status(LICENCE), log.status(CERTIFICATE)) == ((2, 20301231, 2), (1, 20301231, 0))
    assert log.refusal(WRITER, "carry", [(LICENCE, 1, 1, 0)]) == "StatusKnown"
    assert log.state() == of(3)
    log.append(3, LEAVES[3:4])
    assert log.refusal(WRITER, "carry", [(status_id("licence:2"), 1, 1, 0)]) == "NotCarrying"


def test_new_log_carries_nothing(log):
    assert log.refusal(WRITER, "carry", [(LICENCE, 0, 1, 0)]) == "NotCarrying"


def test_closed_log_names_the_next_and_takes_nothing_ever_again(log):
    log.append(0, LEAVES[:3])
    assert log.refusal(WRITER, "close", 8, OLD_LOG) == "NotAdmin"
    assert log.refusal(ADMIN, "close", 8, ZERO) == "ZeroAddress"
    receipt = log.bench.send(ADMIN, close_call(8, OLD_LOG), log.contract.address)
    (event,) = log.contract.events.Closed().process_receipt(receipt)
    assert dict(event["args"]) == {"size": 3, "root": of(3)[1], "newChain": 8, "newLog": OLD_LOG}
    assert log.append(3, LEAVES[3:4])["status"] == 0
    assert log.refusal(WRITER, "append", 3, LEAVES[3:4], []) == "LogClosed"
    log.call(GUARDIAN, "pause")
    log.call(ADMIN, "unpause")
    assert log.refusal(WRITER, "append", 3, LEAVES[3:4], []) == "LogClosed"
    assert log.refusal(ADMIN, "close", 9, OLD_LOG) == "LogClosed"
    assert log.read.closed().call()


def test_calls_are_encoded_as_web3_does(log):
    changes = [change(LICENCE, 0), change(CERTIFICATE, 2, state=5, valid_until=0)]
    told = [(each.id, each.place, each.state, each.valid_until) for each in changes]
    encoded = log.contract.encode_abi
    assert "0x" + append_call(7, b"".join(LEAVES[:3]), changes).hex() == encoded("append", [7, LEAVES[:3], told])
    assert "0x" + append_call(7, b"".join(LEAVES[:3])).hex() == encoded("append", [7, LEAVES[:3], []])
    assert "0x" + carry_call(changes).hex() == encoded("carry", [told])
    assert "0x" + close_call(8, OLD_LOG).hex() == encoded("close", [8, OLD_LOG])


def test_questions_have_the_selectors_of_the_contract():
    methods = artifact()["methods"]
    asked = {"statusOf(bytes32)": STATUS_OF, "root()": ROOT_OF}
    assert {name: selector.hex() for name, selector in asked.items()} == {name: methods[name] for name in asked}


def test_roles_cannot_be_nobody(bench):
    for roles in ((ZERO, WRITER, GUARDIAN), (ADMIN, ZERO, GUARDIAN), (ADMIN, WRITER, ZERO)):
        assert bench.deploy(roles=roles).receipt["status"] == 0


def test_creation_is_encoded_as_web3_does(bench):
    frontier = Frontier().extended(LEAVES[:5])
    contract = bench.web3.eth.contract(abi=bench.built["abi"], bytecode=bench.built["bytecode"])
    owner = ADMIN.address
    arguments = contract.constructor(owner, owner, owner, 5, list(frontier.nodes), 7, OLD_LOG)
    expected = arguments.build_transaction({"gas": 1, "gasPrice": 0, "nonce": 0})["data"]
    bytecode = bytes.fromhex(bench.built["bytecode"][2:])
    assert (
        "0x" + creation(bytecode, owner=owner, start=5, frontier=frontier.nodes, old_chain=7, old_log=OLD_LOG).hex()
        == expected
    )


def test_gas_for_each_leaf(log):
    """At most 2,000 a leaf in batches of 256, once the frontier's words exist."""
    log.append(0, LEAVES[:255])
    costs, size = [], 255
    for _ in range(4):
        costs.append(log.append(size, LEAVES[size : size + 256])["gasUsed"] / 256)
        size += 256
    assert max(costs) <= 2000, costs
    assert log.append(size, LEAVES[size : size + 1000])["gasUsed"] / 1000 <= 1400


def test_gas_for_each_status_stays_below_its_limit(log):
    """A new status costs its storage word (22,100) and its event; a batch of nothing else fits into one transaction."""
    log.append(0, LEAVES[:1])
    plain = log.append(1, LEAVES[1:257])["gasUsed"]
    changes = [change(hashlib.sha256(bytes([place])).digest(), place) for place in range(256)]
    both = log.append(257, LEAVES[257:513], changes=changes)["gasUsed"]
    assert 22_100 < (both - plain) / 256 < 27_000 < GAS_FOR_STATUS
    changed = log.append(513, LEAVES[513:769], changes=[change(each.id, each.place, state=2) for each in changes])
    assert (changed["gasUsed"] - plain) / 256 < 10_000
    most = log.append(
        769,
        LEAVES[769:1769],
        changes=[change(hashlib.sha256(LEAVES[place]).digest(), place) for place in range(1000)],
    )
    assert most["status"] == 1
    assert most["gasUsed"] < append_gas(1000, 1000) == MOST_GAS
