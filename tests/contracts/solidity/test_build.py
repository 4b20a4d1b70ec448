"""The committed build of TransparencyLog is what its sources give, and forge finds nothing in it."""

import hashlib
import os
import subprocess
from pathlib import Path

from ledger.gateways.node import artifact

ROOT = Path(__file__).resolve().parents[3]


def test_artifact_is_what_the_sources_build():
    done = subprocess.run(["node", "contracts/build.mjs", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "TransparencyLog: identical\n"), done.stderr


def test_artifact_has_what_another_needs_to_verify_and_call_it():
    built = artifact()
    assert built["metadata"]["settings"]["compilationTarget"] == {"TransparencyLog.sol": "TransparencyLog"}
    assert built["metadata"]["output"]["abi"]
    assert hashlib.sha256(bytes.fromhex(built["bytecode"][2:])).hexdigest() == built["sha256"]
    slots = {each["label"]: (each["slot"], each["offset"]) for each in built["storage"]}
    packed = {name: slots[name] for name in ("_writer", "_size", "_paused", "_carrying", "_closed")}
    assert packed == {
        "_writer": ("0", 0),
        "_size": ("0", 20),
        "_paused": ("0", 28),
        "_carrying": ("0", 29),
        "_closed": ("0", 30),
    }
    assert (slots["_frontier"], slots["_status"]) == (("4", 0), ("68", 0))


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


def test_forge_finds_nothing():
    """Properties and invariants in their short form; `make contracts` runs the long one, halmos and Slither."""
    forge = ROOT / "node_modules" / "@foundry-rs" / "forge-linux-amd64" / "bin" / "forge"
    done = subprocess.run(
        [str(forge), "test"],
        cwd=ROOT / "contracts",
        env={**os.environ, "FOUNDRY_PROFILE": "default", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "9 tests passed, 0 failed, 0 skipped" in done.stdout
