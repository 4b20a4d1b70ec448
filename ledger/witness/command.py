"""gongshu-witness: exit code 0 cosigned, 1 refused, 2 incomplete (nobody answered, or something is missing)."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ledger.verifier.checkpoint import parse_key
from ledger.verifier.verdict import INCOMPLETE, INVALID, VALID, Incomplete, Invalid
from ledger.witness.fetching import fetching, submit
from ledger.witness.memory import Memory, new_key, read_key
from ledger.witness.watching import look

WORDS_OF_WITNESS = {VALID: "cosigned", INVALID: "refused", INCOMPLETE: "incomplete"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says: make a key, look once, or keep looking; return the exit code."""
    options = _parser().parse_args(arguments)
    if options.command == "keygen":
        return _said(lambda: _keygen(options))
    while True:
        code = _said(lambda: _look(options))
        if not options.every:
            return code
        time.sleep(options.every)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gongshu-witness", description="Watch a Gongshu log and cosign its heads.")
    commands = parser.add_subparsers(dest="command", required=True)
    keygen = commands.add_parser("keygen", help="make the witness's key and print its public half")
    keygen.add_argument("--name", required=True, help="the witness's name, e.g. regulator.example/w1")
    run = commands.add_parser("run", help="look at the log and cosign its head if it continues the last one")
    run.add_argument("--log", required=True, help="the log's address: the folder of checkpoint and tile/")
    run.add_argument("--log-key", required=True, help="the log's verifier key, or a file that holds it")
    run.add_argument("--memory", required=True, type=Path, help="the file that remembers the last head cosigned")
    run.add_argument("--submit", help="where to hand in cosignatures: …/api/ledger/cosignatures")
    run.add_argument("--every", type=float, help="look again after so many seconds, for ever; default: once")
    for command in (keygen, run):
        command.add_argument("--key", required=True, type=Path, help="the file of the witness's key")
    return parser


def _said(act: Callable[[], str]) -> int:
    """Do it, say in one line what came of it, return the exit code."""
    try:
        code, line = VALID, act()
    except Invalid as error:
        code, line = INVALID, str(error)
    except (Incomplete, OSError) as error:
        code, line = INCOMPLETE, str(error)
    stream = sys.stdout if code == VALID else sys.stderr
    stream.write(line if code == VALID else f"{WORDS_OF_WITNESS[code]}: {line}\n")
    stream.flush()
    return code


def _keygen(options: argparse.Namespace) -> str:
    return new_key(options.name, options.key).verifier_key + "\n"


def _look(options: argparse.Namespace) -> str:
    key = parse_key(options.log_key if "+" in options.log_key else _file(options.log_key))
    seen = look(
        fetching(options.log), key=key, pair=read_key(options.key), memory=Memory(options.memory), at=int(time.time())
    )
    taken = submit(options.submit, seen.note) if options.submit else []
    handed = f", handed in as {', '.join(taken)}" if taken else ""
    grown = "" if seen.grown else " (unchanged)"
    return f"cosigned: {seen.head.size} leaves of {seen.head.origin}{grown}{handed}\n"


def _file(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise Incomplete(f"the key file {name} cannot be read") from None
