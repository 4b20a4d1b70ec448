"""gongshu-verify: exit code 0 valid, 1 invalid, 2 incomplete; one line of reason, or all of it with --json."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger.verifier.checkpoint import COSIGNATURE, Head, parse_head, parse_key, parse_note
from ledger.verifier.credential import Issuer, check_credential
from ledger.verifier.export import check_export
from ledger.verifier.node import node_at
from ledger.verifier.pack import LARGEST_PACK, check_pack
from ledger.verifier.pins import ISSUER_KEYS, LOG_KEYS
from ledger.verifier.reading import LARGEST, hashes, text_of
from ledger.verifier.receipt import Trust, check_receipt
from ledger.verifier.tree import LARGEST_TREE, is_prefix, root_from_path
from ledger.verifier.verdict import INCOMPLETE, INVALID, VALID, WORDS, Incomplete, Invalid

Found = tuple[str, dict[str, Any]]
Check = Callable[[argparse.Namespace], Found]


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names, print the verdict and return the exit code."""
    options = _parser().parse_args(arguments)
    code, reason, facts = _verdict(options)
    if options.json:
        sys.stdout.write(json.dumps({"verdict": WORDS[code], "reason": reason, **facts}, ensure_ascii=True) + "\n")
    else:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(f"{WORDS[code]}: {reason}\n".encode(encoding, "backslashreplace").decode(encoding))
    return code


def _verdict(options: argparse.Namespace) -> tuple[int, str, dict[str, Any]]:
    try:
        reason, facts = options.check(options)
    except Invalid as error:
        return INVALID, str(error), {}
    except Incomplete as error:
        return INCOMPLETE, str(error), {}
    except Exception as error:
        return INVALID, f"it cannot be read ({type(error).__name__})", {}
    return VALID, reason, facts


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gongshu-verify", description="Check what a Gongshu log has issued.")
    commands = parser.add_subparsers(dest="command", required=True)
    receipt = _command(commands, "receipt", "check the receipt of an entry", _run_receipt)
    pack = _command(commands, "pack", "check an evidence pack", _run_pack)
    export = _command(commands, "audit", "audit an export of the log against the chain", _run_audit)
    for command in (receipt, pack, export):
        command.add_argument("file", help="the file, or - for standard input")
        command.add_argument("--key", help="the log's verifier key you trust (name+hash+key), or a file that holds it")
        command.add_argument("--sm2-key", help="the log's SM2 key: it must have signed too (needs tongsuopy)")
        command.add_argument("--head", help="a file with a checkpoint you kept: the log must not contradict it")
        command.add_argument("--witness", action="append", default=[], help="a witness's key, or a file; repeatable")
        command.add_argument("--need", type=int, help="how many of them must have cosigned (default: all)")
    certificate = _command(commands, "certificate", "check a registration certificate", _run_certificate)
    certificate.add_argument("file", help="the file, or - for standard input")
    certificate.add_argument("--key", help="the issuer's key you trust (did:key:z6Mk… or z6Mk…), or a file")
    pack.add_argument("--issuer", help="the key of the certificate's issuer you trust, or a file that holds it")
    for command in (certificate, pack):
        command.add_argument("--at", help="judge the certificate as of this moment (ISO 8601); default: now")
    for command in (receipt, pack, export, certificate):
        command.add_argument("--contract", help="the address of the log contract you trust")
        command.add_argument("--rpc", help="address of a chain node to compare with")
    inclusion = _command(commands, "inclusion", "check an RFC 9162 inclusion proof", _run_inclusion)
    consistency = _command(commands, "consistency", "check an RFC 9162 consistency proof", _run_consistency)
    for name in ("leaf", "index", "size", "root", "proof"):
        inclusion.add_argument(f"--{name}", required=True)
    for name in ("old-size", "new-size", "old-root", "new-root", "proof"):
        consistency.add_argument(f"--{name}", required=True)
    return parser


def _command(commands: Any, name: str, what: str, check: Check) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=what, description=what.capitalize() + ".")
    command.add_argument("--json", action="store_true", help="print everything as JSON")
    command.set_defaults(check=check)
    return command


def _run_receipt(options: argparse.Namespace) -> Found:
    facts = check_receipt(_read(options.file, LARGEST), _trust(options))
    chain = "and on the chain" if facts["chain_asked"] else "(no chain node was asked)"
    since = _since(facts["status_now"])
    return f"leaf {facts['index']} of {facts['log']}, in the signed tree of {facts['size']} {chain}{since}", facts


def _since(now: dict[str, Any] | None) -> str:
    """What became of the status that an entry sets."""
    if now is None:
        return ""
    if now["state"] is None:
        return "; the contract asked is closed, so the status by now is not known"
    return f"; by now the chain says another status: {now['state']} (entry {now['index']})"


def _run_pack(options: argparse.Namespace) -> Found:
    trust = _trust(options)
    issuer = Issuer(key=_text(options.issuer, "+:z"), contract=trust.contract, ask=trust.ask, pins=ISSUER_KEYS)
    facts = check_pack(_read(options.file, LARGEST_PACK), trust, issuer, at=_stated_moment(options.at))
    said = facts["status_said"]
    last = f" (by them {said['state']})" if said else ""
    held = f"{len(facts['entries'])} entries about {facts['subject']}{last} and all they rest on"
    return f"{held}, {len(facts['openings'])} facts opened; {_later(facts, trust.contract)}", facts


def _later(facts: dict[str, Any], contract: str | None) -> str:
    """What is known of entries that came later or were left out."""
    if facts["status"] is None:
        return "no chain node was asked, so later entries about it (a revocation too) cannot be excluded"
    if facts["status_closed"]:
        return "the contract asked is closed, so later entries about it (a revocation too) cannot be excluded"
    whose = "the chain says" if contract else "a contract that only the pack names says"
    others = f", and another one of {len(facts['status_since'])} things it rests on" if facts["status_since"] else ""
    return f"{whose} the same status of it{others}; later entries that set no status cannot be excluded"


def _run_audit(options: argparse.Namespace) -> Found:
    facts = check_export(_lines(options.file), _trust(options))
    return f"{facts['entries']} entries under {facts['heads']} heads of {facts['log']}; {_on_chain(facts)}", facts


def _on_chain(facts: dict[str, Any]) -> str:
    """What the node confirmed of an export, and of which heads it could not be asked."""
    if not facts["chain_asked"]:
        return "no chain node was asked"
    part = "all" if facts["chain_confirms"] == facts["size"] else f"the first {facts['chain_confirms']}"
    others = f", {facts['unasked_heads']} heads stand in other chains or contracts and were not asked for"
    return f"the chain holds {facts['chain_size']} and confirms {part}{others if facts['unasked_heads'] else ''}"


def _run_certificate(options: argparse.Namespace) -> Found:
    ask = node_at(options.rpc) if options.rpc else None
    issuer = Issuer(key=_text(options.key, ":z"), contract=_address(options.contract), ask=ask, pins=ISSUER_KEYS)
    facts = check_credential(_read(options.file, LARGEST), issuer, at=_stated_moment(options.at))
    status = (
        f"the chain says {facts['status']['state']}" if facts["status"] else "no chain node was asked for its status"
    )
    return f"the proof fits the key {facts['key']}; {status}", facts


def _run_inclusion(options: argparse.Namespace) -> Found:
    leaf, root = hashes([options.leaf, options.root], "the leaf or the root")
    index, size = _tree_number(options.index), _tree_number(options.size)
    if not index < size or root_from_path(leaf, index, size, _proof(options.proof)) != root:
        raise Invalid("the proof does not show the leaf in that tree")
    return f"leaf {index} is in the tree of {size}", {"index": index, "size": size}


def _run_consistency(options: argparse.Namespace) -> Found:
    old_root, new_root = hashes([options.old_root, options.new_root], "a root")
    old, new = _tree_number(options.old_size), _tree_number(options.new_size)
    if not is_prefix(old=old, new=new, old_root=old_root, new_root=new_root, path=_proof(options.proof)):
        raise Invalid("the proof does not show the old tree to begin the new one")
    return f"the tree of {old} begins the tree of {new}", {"old": old, "new": new}


def _trust(options: argparse.Namespace) -> Trust:
    witnesses = tuple(parse_key(_text(text, "+") or "", COSIGNATURE) for text in options.witness)
    need = len(witnesses) if options.need is None else options.need
    if not 0 <= need <= len(witnesses):
        raise Incomplete(f"you named {len(witnesses)} witnesses, so {need} cannot be needed")
    return Trust(
        key=_text(options.key, "+"),
        contract=_address(options.contract),
        ask=node_at(options.rpc) if options.rpc else None,
        head=_head(options.head) if options.head else None,
        witnesses=witnesses,
        need=need,
        sm2=_text(options.sm2_key, "+"),
        pins=LOG_KEYS,
    )


def _head(name: str) -> Head:
    text = text_of(_read(name, LARGEST), "the head you kept")
    return parse_note(text).head if "\n\n" in text else parse_head(text)


def _address(text: str | None) -> str | None:
    if text is not None and not re.fullmatch("0x[0-9a-fA-F]{40}", text):
        raise Incomplete("the contract's address is not written as 0x and 40 hex digits")
    return text.lower() if text else None


def _stated_moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(tz=UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Incomplete("--at is not a moment as ISO 8601 writes it") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _tree_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) >= LARGEST_TREE:
        raise Invalid("an index or size is not a number of a tree")
    return int(text)


def _proof(text: str) -> list[bytes]:
    return hashes([part for part in text.split(",") if part], "the proof")


def _read(name: str, largest: int) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(largest + 1)
        with Path(name).open("rb") as stream:
            return stream.read(largest + 1)
    except (OSError, ValueError) as error:
        raise Incomplete(f"the file cannot be opened: {getattr(error, 'strerror', None) or error}") from None


def _lines(name: str) -> Iterator[bytes]:
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as stream:
            while line := stream.readline(LARGEST + 1):
                yield line
    except (OSError, ValueError) as error:
        raise Incomplete(f"the file cannot be opened: {getattr(error, 'strerror', None) or error}") from None


def _text(text: str | None, marks: str) -> str | None:
    """The text itself when it looks like a key, else what the file of that name holds."""
    if text is None or any(mark in text for mark in marks if mark != "z") or ("z" in marks and text.startswith("z")):
        return text
    try:
        return Path(text).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise Incomplete(f"the key file {text} cannot be read") from None
