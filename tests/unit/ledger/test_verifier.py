"""The verifier against receipts made here, against every change of a byte, and against garbage."""

import ast
import json
import random
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.signer import Ed25519Signer
from ledger import merkle
from ledger.canonical import canonical
from ledger.merkle import inclusion_proof, leaf_hash, root_of
from ledger.note import Checkpoint, VerifierKey, signed
from ledger.verifier import bundle, command, tree
from ledger.verifier.node import node_at
from ledger.verifier.receipt import Trust, check_receipt
from ledger.verifier.verdict import Incomplete, Invalid

ROOT = Path(__file__).resolve().parents[3]
CASES = json.loads((ROOT / "tests" / "cases" / "ledger" / "rfc6962_tree.json").read_text())
SIGNER = Ed25519Signer.generate("platform")
ORIGIN = "gongshu.test/log1"
KEY = VerifierKey(ORIGIN, SIGNER.public_key)
CONTRACT, TRANSACTION = "0x" + "ab" * 20, "0x" + "cd" * 32
START, SIZE, INDEX = 4, 13, 9


def entry(number, **changes):
    parts = {
        "format": 1,
        "log": ORIGIN,
        "id": str(UUID(int=number)),
        "kind": "thing.done",
        "version": 1,
        "subject": "thing:1",
        "occurred_at": "2026-11-21T10:00:00.000Z",
        "payload": {"name": "数据"},
        "refs": [],
        "actor": "00" * 32,
    }
    return canonical(parts | changes)


ENTRIES = [entry(number) for number in range(SIZE)]
LEAVES = [leaf_hash(data) for data in ENTRIES]


def receipt(index=INDEX, **changes):
    root = root_of(LEAVES)
    text = Checkpoint(ORIGIN, SIZE, root).text()
    proof = inclusion_proof(index, SIZE, merkle.reader(LEAVES))
    parts = {
        "format": "gongshu-receipt/1",
        "entry": ENTRIES[index].decode(),
        "index": index,
        "inclusion": [node.hex() for node in proof],
        "checkpoint": signed(text, [(KEY, SIGNER.sign(text.encode()))]),
        "key": str(KEY),
        "anchor": {"chain_id": 31337, "contract": CONTRACT, "transaction": TRANSACTION, "block_number": 7},
    }
    return parts | changes


def node(**changes):
    """A chain node that recorded the batch of the receipt."""
    leaves = LEAVES[START:]
    words = [SIZE.to_bytes(32, "big"), root_of(LEAVES), (96).to_bytes(32, "big"), len(leaves).to_bytes(32, "big")]
    event = {
        "address": CONTRACT,
        "topics": ["0x37b97351384b72c456bb1f12eddab3ec7d2148af1d01b67002f5e9f6b25bd54f", hex(START)],
        "data": "0x" + b"".join([*words, *leaves]).hex(),
    }
    answers = {
        "eth_chainId": "0x7a69",
        "eth_getTransactionReceipt": {"status": "0x1", "blockNumber": "0x7", "logs": [event]},
        "eth_call": "0x" + "0" * 256,
    } | changes

    def ask(method, parameters):
        if method == "eth_getTransactionReceipt" and parameters != [TRANSACTION]:
            return None
        return answers[method]

    return ask


def data_of(parts):
    return json.dumps(parts, ensure_ascii=False, indent=2).encode()


def check(parts, **options):
    given_options = {"key": str(KEY), "contract": CONTRACT, "ask": node()} | options
    return check_receipt(parts if isinstance(parts, bytes) else data_of(parts), Trust(**given_options))


@pytest.mark.parametrize("index", range(START, SIZE))
def test_every_receipt_is_valid(index):
    facts = check(receipt(index))
    assert (facts["index"], facts["size"], facts["leaf"]) == (index, SIZE, LEAVES[index].hex())
    assert facts["entry"]["id"] == str(UUID(int=index))


def test_key_alone_or_contract_and_node_are_enough():
    assert not check(receipt(), contract=None, ask=None)["chain_asked"]
    assert check(receipt(anchor=None), contract=None, ask=None)["anchor"] is None
    assert check(receipt(), key=None)["chain_asked"]


@pytest.mark.parametrize(
    "options",
    [{"key": None, "contract": None}, {"key": None, "contract": None, "ask": None}, {"key": None, "ask": None}],
)
def test_nothing_trusted_is_incomplete(options):
    with pytest.raises(Incomplete, match="no key to trust"):
        check(receipt(), **options)


def test_a_contract_that_only_the_receipt_names_is_no_ground_and_that_is_said():
    with pytest.raises(Incomplete, match="only the file names its contract"):
        check(receipt(), key=None, contract=None)


def test_not_yet_anchored_is_incomplete_when_the_chain_is_asked():
    with pytest.raises(Incomplete, match="not yet on the chain"):
        check(receipt(anchor=None))


def test_each_changed_byte_of_a_receipt_is_invalid():
    good = data_of(receipt())
    meaning = json.loads(good)
    chance = random.Random(8)
    for place in range(len(good)):
        for change in {good[place] ^ 1, good[place] ^ (1 << chance.randrange(1, 8)), chance.randrange(256)} - {
            good[place]
        }:
            changed = good[:place] + bytes([change]) + good[place + 1 :]
            if same_meaning(changed, meaning):
                assert good[place : place + 1].isspace()
                continue
            with pytest.raises((Invalid, Incomplete)):
                check(changed)


def same_meaning(data, meaning):
    try:
        return json.loads(data) == meaning
    except ValueError:
        return False


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "gongshu-receipt/2"},
        {"index": True},
        {"index": -1},
        {"index": SIZE},
        {"index": 2**70},
        {"index": 9.0},
        {"inclusion": []},
        {"inclusion": ["00" * 32] * 65},
        {"inclusion": [1]},
        {"inclusion": None},
        {"entry": "[]"},
        {"entry": "{}"},
        {"entry": "{"},
        {"checkpoint": ""},
        {"key": "x"},
        {"anchor": {}},
        {"anchor": []},
        {"anchor": {"chain_id": "31337", "contract": CONTRACT, "transaction": TRANSACTION, "block_number": 7}},
        {"extra": 1},
    ],
)
def test_malformed_receipts_are_invalid(changes):
    with pytest.raises(Invalid):
        check(receipt() | changes)


@pytest.mark.parametrize(
    "anchor",
    [
        {"contract": "0x" + "aa" * 20},
        {"contract": "0x" + "AB" * 20},
        {"transaction": "0x" + "ce" * 32},
        {"block_number": 8},
    ],
)
def test_receipts_of_another_chain_contract_or_block_are_invalid(anchor):
    with pytest.raises(Invalid):
        check(receipt(anchor=receipt()["anchor"] | anchor), contract=None)


def test_receipt_of_another_key_or_contract_is_invalid():
    other = VerifierKey(ORIGIN, Ed25519Signer.generate("x").public_key)
    with pytest.raises(Invalid, match="another key"):
        check(receipt(), key=str(other))
    with pytest.raises(Invalid, match="another contract"):
        check(receipt(), contract="0x" + "11" * 20)
    with pytest.raises(Invalid, match="not signed"):
        check(receipt(key=str(other)), key=None)


def test_repeated_names_are_invalid():
    with pytest.raises(Invalid, match="well-formed"):
        check(data_of(receipt()).replace(b'"index"', b'"index": 3, "index"', 1))


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({"eth_chainId": "0x1"}, Incomplete),
        ({"eth_chainId": 31337}, Incomplete),
        ({"eth_chainId": None}, Incomplete),
        ({"eth_getTransactionReceipt": None}, Invalid),
        ({"eth_getTransactionReceipt": []}, Incomplete),
        ({"eth_getTransactionReceipt": {"status": "0x0", "blockNumber": "0x7", "logs": []}}, Invalid),
        ({"eth_getTransactionReceipt": {"status": "0x1", "blockNumber": "0x7", "logs": []}}, Invalid),
        ({"eth_getTransactionReceipt": {"status": "0x1", "blockNumber": "0x7", "logs": [None, {}]}}, Invalid),
    ],
)
def test_what_the_node_says_counts(answers, verdict):
    with pytest.raises(verdict):
        check(receipt(), ask=node(**answers))


@pytest.mark.parametrize("data", ["0x", "0x00", "0xzz", None, "0x" + "00" * 128, "0x" + "00" * 95 + "60" + "ff" * 32])
def test_malformed_events_are_never_valid(data):
    event = {"address": CONTRACT, "topics": node_topics(), "data": data}
    answer = {"status": "0x1", "blockNumber": "0x7", "logs": [event]}
    with pytest.raises((Incomplete, Invalid)):
        check(receipt(), ask=node(eth_getTransactionReceipt=answer))


def node_topics():
    return node()("eth_getTransactionReceipt", [TRANSACTION])["logs"][0]["topics"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_garbage_is_invalid(data):
    with pytest.raises(Invalid):
        check(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(receipt())), JSON, min_size=1))
def test_any_part_replaced_is_never_valid(parts):
    changed = receipt() | parts
    if changed != receipt():
        with pytest.raises((Invalid, Incomplete)):
            check(changed)


@pytest.mark.parametrize("data", ["[" * 200_000, '{"a":' * 200_000, '"' + "[" * 200_000, '"\\' * 200_000])
def test_depth_does_not_crash_it(tmp_path, capsys, data):
    deep = tmp_path / "deep.json"
    deep.write_text(data)
    assert command.main(["receipt", str(deep), "--key", str(KEY)]) == 1
    assert capsys.readouterr().out.startswith("invalid: ")


def test_deep_entry_does_not_crash_it():
    with pytest.raises(Invalid):
        check(receipt() | {"entry": "[" * 30_000})


@pytest.mark.parametrize("case", CASES["inclusion"])
def test_published_inclusion_proofs_lead_to_their_roots(case):
    leaf = tree.leaf_digest(bytes.fromhex(CASES["entries"][case["index"]]))
    path = [bytes.fromhex(node) for node in case["proof"]]
    root = tree.root_from_path(leaf, case["index"], case["size"], path)
    assert root.hex() == CASES["roots"][case["size"]]


def test_two_implementations_agree_on_every_proof_up_to_40():
    leaves = [leaf_hash(str(number).encode()) for number in range(40)]
    for size in range(1, 41):
        for index in range(size):
            path = list(inclusion_proof(index, size, merkle.reader(leaves)))
            assert tree.root_from_path(leaves[index], index, size, path) == root_of(leaves[:size])
            assert tree.root_from_path(leaves[index], index, size, [*path, bytes(32)]) is None


def run(tmp_path, *options, data=None, program=("-m", "ledger.verifier")):
    file = tmp_path / "receipt.json"
    file.write_bytes(data_of(receipt()) if data is None else data)
    arguments = [sys.executable, *program, "receipt", str(file), *options]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)


def test_command_says_valid_and_exits_0(tmp_path):
    done = run(tmp_path, "--key", str(KEY))
    assert (done.returncode, done.stdout.split(":")[0], done.stderr) == (0, "valid", "")


def test_command_takes_the_key_from_a_file_and_answers_json(tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n")
    done = run(tmp_path, "--key", str(tmp_path / "key"), "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["verdict"], answer["index"]) == (0, "valid", INDEX)


def test_command_says_invalid_and_exits_1(tmp_path):
    done = run(tmp_path, "--key", str(KEY), data=data_of(receipt()).replace(b"thing.done", b"thing.gone"))
    assert (done.returncode, done.stdout) == (1, "invalid: the entry is not in the tree that the log signed\n")


@pytest.mark.parametrize("options", [[], ["--key", "/nowhere"], ["--key", str(KEY), "--rpc", "http://127.0.0.1:1"]])
def test_command_says_incomplete_and_exits_2(tmp_path, options):
    done = run(tmp_path, *options)
    assert (done.returncode, done.stdout.split(":")[0]) == (2, "incomplete")


def test_missing_file_is_incomplete(capsys):
    assert command.main(["receipt", "/nowhere/receipt.json", "--key", str(KEY)]) == 2
    assert capsys.readouterr().out == "incomplete: the file cannot be opened: No such file or directory\n"


@pytest.mark.parametrize(
    "address", ["http://[::1", "http://a b/", "http://127.0.0.1:x/", "ftp://x", "http://\ud800/", "x"]
)
def test_an_address_of_no_node_is_incomplete(address):
    with pytest.raises(Incomplete):
        node_at(address)("eth_chainId", [])


def test_a_note_with_control_characters_is_invalid():
    for sign in ("\r", "\t", "\0", "\x1b"):
        with pytest.raises(Invalid):
            check(receipt(checkpoint=receipt()["checkpoint"].replace("\n", f"{sign}\n", 1)))


@pytest.mark.parametrize("program", bundle.PROGRAMS, ids=lambda program: program.name)
def test_one_file_is_built_from_these_modules(program):
    assert program.target.read_text(encoding="utf-8") == bundle.bundle(program)


@pytest.mark.parametrize("program", bundle.PROGRAMS, ids=lambda program: program.name)
def test_no_name_of_one_module_hides_anothers(program):
    names = []
    for node in ast.parse(program.target.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_one_file_runs_without_the_platform(tmp_path):
    program = tmp_path / "gongshu-verify"
    program.write_bytes(bundle.VERIFY.target.read_bytes())
    done = run(tmp_path, "--key", str(KEY), program=("-I", str(program)))
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "valid"), done.stderr


@pytest.mark.parametrize("program", bundle.PROGRAMS, ids=lambda program: program.name)
def test_one_file_needs_the_standard_library_and_cryptography_only(program):
    required, optional = set(), set()
    tree = ast.parse(program.target.read_text(encoding="utf-8"))
    tried = {inner for node in tree.body if isinstance(node, ast.Try) for inner in ast.walk(node)}
    for found in ast.walk(tree):
        into = optional if found in tried else required
        if isinstance(found, ast.Import):
            into |= {name.name.split(".")[0] for name in found.names}
        elif isinstance(found, ast.ImportFrom):
            into.add(found.module.split(".")[0])
    assert required - set(sys.stdlib_module_names) == {"cryptography"}
    assert optional <= {"tongsuopy"}
