"""Evidence packs: the receipts of everything a subject rests on, the facts a party opened, and the certificate."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from ledger.verifier.credential import Issuer, certificate_number, check_credential_document, status_subject_id
from ledger.verifier.entry import Said, status_said
from ledger.verifier.node import STATES, Status, is_closed, remembering, status_of
from ledger.verifier.reading import HEX_HASH, shaped, strict, text_of
from ledger.verifier.receipt import Trust, check_claims
from ledger.verifier.verdict import Incomplete, Invalid

PACK_FORMAT = "gongshu-pack/1"
LARGEST_PACK = 64 * 1024 * 1024
PACK_SHAPE = {
    "format": str,
    "subject": str,
    "receipts": list,
    "openings": list,
    "certificate": (dict, type(None)),
}
OPENING_SHAPE = {"entry": str, "name": str, "value": str, "salt": str}
COMMITMENT_PREFIX = b"gongshu/commitment/v1\x00"


def check_pack(data: bytes, trust: Trust, issuer: Issuer, *, at: datetime) -> dict[str, Any]:
    """Return what a valid evidence pack shows; raise Invalid or Incomplete with the reason.

    Every receipt, opening and the certificate must hold, the subject must occur, the certificate must be of one of the
    entries, everything they rest on must be there, and a chain that is asked must say the same status of the subject.
    That no later entry was left out cannot be shown otherwise.
    """
    pack = strict(text_of(data, "the pack", largest=LARGEST_PACK), "the pack")
    shaped(pack, PACK_SHAPE, "the pack")
    if pack["format"] != PACK_FORMAT:
        raise Invalid(f"the pack is not of the format {PACK_FORMAT}")
    once = trust if trust.ask is None else replace(trust, ask=remembering(trust.ask))
    entries, facts = _receipts(pack["receipts"], once)
    opened = [_opening(opening, entries) for opening in pack["openings"]]
    if not any(entry.get("subject") == pack["subject"] for entry in entries.values()):
        raise Invalid("no entry of the pack is about its subject")
    _of_this_pack(pack, entries)
    certificate = _certificate(pack["certificate"], issuer, at)
    _closed(entries)
    contract = (trust.contract or "").lower() or _newest_contract(facts)
    last = _last_said(facts)
    own = last.pop(status_subject_id(pack["subject"]), None)
    status, since = _standing(pack["subject"], own, last.values(), once, contract)
    return {
        "subject": pack["subject"],
        "entries": [_summary(entry, fact) for entry, fact in zip(entries.values(), facts, strict=True)],
        "openings": opened,
        "certificate": certificate,
        "log": facts[0]["log"],
        "status_said": None if own is None else {"state": own.state, "index": own.index},
        "status": status,
        "status_since": since,
        "status_closed": once.ask is not None and is_closed(once.ask, contract=contract),
        "chain_asked": trust.ask is not None,
    }


def commitment_of(name: str, value: str, salt: bytes) -> str:
    """Return the commitment to a value under a name and a 32-byte salt, as 64 hex digits."""
    return sha256(COMMITMENT_PREFIX + name.encode() + b"\x00" + salt + value.encode()).hexdigest()


def _receipts(receipts: list[Any], trust: Trust) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """The entries by id, and what each receipt shows."""
    entries: dict[str, dict[str, Any]] = {}
    facts = []
    for number, receipt in enumerate(receipts, start=1):
        try:
            fact = check_claims(receipt, trust)
        except Invalid as error:
            raise Invalid(f"receipt {number}: {error}") from None
        except Incomplete as error:
            raise Incomplete(f"receipt {number}: {error}") from None
        entry_id = fact["entry"].get("id")
        if not isinstance(entry_id, str) or entry_id in entries:
            raise Invalid(f"receipt {number}: its entry has no id of its own")
        entries[entry_id] = fact["entry"]
        facts.append(fact)
    if not facts:
        raise Invalid("the pack holds no receipt")
    if len({fact["log"] for fact in facts}) > 1:
        raise Invalid("its receipts are of different logs")
    return entries, facts


def _opening(opening: Any, entries: dict[str, dict[str, Any]]) -> dict[str, str]:
    shaped(opening, OPENING_SHAPE, "an opening")
    where = f"the opening of {opening['name']!r}"
    entry = entries.get(opening["entry"])
    if entry is None:
        raise Invalid(f"{where} is of an entry the pack lacks")
    if not HEX_HASH.fullmatch(opening["salt"]):
        raise Invalid(f"{where} has no salt of 32 bytes")
    found = commitment_of(opening["name"], opening["value"], bytes.fromhex(opening["salt"]))
    if not hmac.compare_digest(found, _committed(entry, opening["name"])):
        raise Invalid(f"{where} does not open what the entry committed to")
    return {name: opening[name] for name in ("entry", "name", "value")}


def _committed(entry: dict[str, Any], name: str) -> str:
    """The commitment an entry makes under a name: the actor's is its own, the others stand in the payload."""
    payload = entry.get("payload")
    commitments = payload.get("commitments") if isinstance(payload, dict) else None
    stated = entry.get("actor") if name == "actor" else commitments.get(name) if isinstance(commitments, dict) else None
    return stated if isinstance(stated, str) and re.fullmatch(HEX_HASH, stated) else ""


def _certificate(document: dict[str, Any] | None, issuer: Issuer, at: datetime) -> dict[str, Any] | None:
    if document is None:
        return None
    try:
        return check_credential_document(document, issuer, at=at)
    except Invalid as error:
        raise Invalid(f"the certificate: {error}") from None
    except Incomplete as error:
        raise Incomplete(f"the certificate: {error}") from None


def _of_this_pack(pack: dict[str, Any], entries: dict[str, dict[str, Any]]) -> None:
    """The certificate is one that an entry of the pack is about."""
    if pack["certificate"] is None:
        return
    number = certificate_number(pack["certificate"])
    if number is None or f"certificate:{number}" not in {entry["subject"] for entry in entries.values()}:
        raise Invalid("the certificate: no entry of the pack is about its number")


def _newest_contract(facts: list[dict[str, Any]]) -> str:
    """The contract that holds the newest tree of the receipts; nothing where none is said to."""
    anchor = max(facts, key=lambda fact: int(fact["size"]))["anchor"]
    return "" if anchor is None else str(anchor["contract"])


def _last_said(facts: list[dict[str, Any]]) -> dict[str, Said]:
    """The last status that the pack's entries say of each id."""
    ordered = sorted(facts, key=lambda fact: int(fact["index"]))
    found = (status_said(fact["entry"], fact["index"], "an entry") for fact in ordered)
    return {said.status_id: said for said in found if said is not None}


def _standing(
    subject: str, own: Said | None, others: Iterable[Said], trust: Trust, contract: str
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """What the chain says of the subject, which must be what the pack says last; and what it says newly of the others.

    Nothing where no node was asked.
    """
    if trust.ask is None:
        return None, []
    found = status_of(trust.ask, contract=contract, status_id=status_subject_id(subject))
    _same_standing(subject, own, found)
    now = ((one, status_of(trust.ask, contract=contract, status_id=one.status_id)) for one in others)
    since = [_written(one.status_id, status) for one, status in now if not one.is_said_by(status)]
    return _written(status_subject_id(subject), found), since


def _same_standing(subject: str, said: Said | None, found: Status) -> None:
    if said is None and found.state == STATES[0]:
        return
    if said is not None and said.is_said_by(found):
        return
    if found.state == STATES[0] or (said is not None and found.index <= said.index):
        raise Invalid(f"the chain says that {subject} is {found.state}, and the pack says otherwise")
    raise Invalid(f"the chain says that {subject} is {found.state}, by entry {found.index}, which the pack lacks")


def _written(status_id: str, found: Status) -> dict[str, Any]:
    return {
        "id": status_id,
        "state": found.state,
        "valid_until": found.valid_until or None,
        "index": found.index if found.state != STATES[0] else None,
    }


def _closed(entries: dict[str, dict[str, Any]]) -> None:
    for entry_id, entry in entries.items():
        refs = entry.get("refs")
        if not isinstance(refs, list):
            raise Invalid(f"entry {entry_id} does not say what it rests on")
        missing = [str(ref) for ref in refs if ref not in entries]
        if missing:
            raise Incomplete(f"entry {entry_id} rests on {missing[0]}, which the pack lacks")


def _summary(entry: dict[str, Any], fact: dict[str, Any]) -> dict[str, Any]:
    said = {name: entry.get(name) for name in ("id", "kind", "subject", "occurred_at")}
    return said | {"index": fact["index"], "size": fact["size"]}
