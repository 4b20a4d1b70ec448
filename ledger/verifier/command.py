"""gongshu-verify: exit code 0 valid, 1 invalid, 2 incomplete; one line of reason, or all of it with --json."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger.verifier.node import node_at
from ledger.verifier.receipt import LARGEST, check_receipt
from ledger.verifier.verdict import INCOMPLETE, INVALID, VALID, WORDS, Incomplete, Invalid


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names, print the verdict and return the exit code."""
    options = _parser().parse_args(arguments)
    code, reason, facts = _receipt(options)
    if options.json:
        sys.stdout.write(json.dumps({"verdict": WORDS[code], "reason": reason, **facts}, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(f"{WORDS[code]}: {reason}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gongshu-verify", description="Check receipts of a Gongshu log.")
    commands = parser.add_subparsers(dest="command", required=True)
    receipt = commands.add_parser("receipt", help="check a receipt")
    receipt.add_argument("file", help="the receipt, or - for standard input")
    receipt.add_argument("--key", help="the log's verifier key you trust (name+hash+key), or a file that holds it")
    receipt.add_argument("--contract", help="the address of the log contract you trust")
    receipt.add_argument("--rpc", help="address of a chain node to compare with")
    receipt.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser


def _receipt(options: argparse.Namespace) -> tuple[int, str, dict[str, Any]]:
    try:
        data = _read(options.file)
        ask = node_at(options.rpc) if options.rpc else None
        facts = check_receipt(data, key=_key(options.key), contract=options.contract, ask=ask)
    except Invalid as error:
        return INVALID, str(error), {}
    except Incomplete as error:
        return INCOMPLETE, str(error), {}
    except Exception as error:
        return INVALID, f"the receipt cannot be read ({type(error).__name__})", {}
    chain = "and on the chain" if facts["chain_asked"] else "(no chain node was asked)"
    return VALID, f"leaf {facts['index']} of {facts['log']}, in the signed tree of {facts['size']} {chain}", facts


def _read(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with Path(name).open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise Incomplete(f"the receipt cannot be opened: {error.strerror}") from None


def _key(text: str | None) -> str | None:
    if text is None or "+" in text:
        return text
    try:
        return Path(text).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise Incomplete(f"the key file {text} cannot be read") from None
