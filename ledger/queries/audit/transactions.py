"""Signed bytes taken apart: what a transaction says, and which account signed it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import rlp  # type: ignore[import-untyped]  # ships no types
from coincurve import PublicKey
from Crypto.Hash import keccak
from rlp.exceptions import RLPException  # type: ignore[import-untyped]  # ships no types

FIELDS: Final = 9
UNPROTECTED: Final = 35  # EIP-155: what is above it says on which chain the transaction holds


class Unreadable(Exception):
    """Bytes that are no signed transaction of the form that the log's key signs; the text says why."""


class Sent(NamedTuple):
    """What signed bytes say; ``to`` is None for a deployment, addresses are written with their checksum."""

    chain_id: int
    sender: str
    nonce: int
    gas: int
    to: str | None
    data: bytes


def hashed(data: bytes) -> bytes:
    """Return Keccak-256."""
    return keccak.new(digest_bits=256, data=data).digest()


def taken_apart(raw: bytes) -> Sent:
    """Return what a signed legacy transaction (EIP-155) says; raise Unreadable."""
    try:
        items = rlp.decode(raw)
    except (RLPException, IndexError) as error:
        raise Unreadable(str(error)[:80]) from error
    if not isinstance(items, list) or len(items) != FIELDS or not all(isinstance(item, bytes) for item in items):
        raise Unreadable("it has not the nine fields of a legacy transaction")
    nonce, price, gas, to, value, data, v, r, s = items
    protected = _number(v) - UNPROTECTED
    if protected < 0 or price or value or len(to) not in {0, 20} or max(len(r), len(s)) > 32:
        raise Unreadable("it has a price or a value, or holds on no chain")
    message = hashed(rlp.encode([nonce, price, gas, to, value, data, _bytes(protected // 2), b"", b""]))
    signature = r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([protected % 2])
    try:
        public = PublicKey.from_signature_and_message(signature, message, hasher=None)
    except Exception as error:  # coincurve raises a bare Exception
        raise Unreadable("its signature is none") from error
    sender = address(hashed(public.format(compressed=False)[1:])[-20:])
    return Sent(protected // 2, sender, _number(nonce), _number(gas), address(to) if to else None, data)


def created(sender: str, nonce: int) -> str:
    """Return the address of the contract that an account's deployment of that nonce makes."""
    return address(hashed(rlp.encode([bytes.fromhex(sender[2:]), _bytes(nonce)]))[-20:])


@lru_cache(maxsize=64)
def address(data: bytes) -> str:
    """Return the address (0x-hex) of 20 bytes with its checksum in the letters' case (EIP-55)."""
    plain = data.hex()
    digest = hashed(plain.encode()).hex()
    return "0x" + "".join(sign.upper() if mark >= "8" else sign for sign, mark in zip(plain, digest, strict=False))


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
