"""The secp256k1 account that writes to the log contract."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import rlp  # type: ignore[import-untyped]  # ships no types
from coincurve import PrivateKey
from eth_account import Account
from web3 import Web3

from kernel.signer import KeyStore
from ledger.types import SignedTransaction

KEY: Final = "chain"


@dataclass(frozen=True)
class Wallet:
    """A TransactionSigner that holds its key in memory."""

    account: Any

    @classmethod
    def from_store(cls, store: KeyStore) -> Wallet:
        """Return the wallet of a key store, its key made at the first use; raise KeyStoreLocked."""
        fresh = secrets.token_bytes(32)
        store.ensure_secret(KEY, fresh, bytes.fromhex(Account.from_key(fresh).address[2:]))
        return cls(Account.from_key(store.secret(KEY)))

    @property
    def address(self) -> str:
        """The account's checksum address."""
        return str(self.account.address)

    def sign(self, *, chain_id: int, nonce: int, to: str | None, data: bytes, gas: int) -> SignedTransaction:
        """Return a legacy transaction without price or value, as EIP-155 has it; ``to`` is None for a deployment.

        The bytes are those that eth_account gives, which hashes the thirty kilobytes of a batch five times.
        """
        fields = [nonce, 0, gas, b"" if to is None else bytes.fromhex(to.removeprefix("0x")), 0, data]
        signature = self._key.sign_recoverable(Web3.keccak(rlp.encode([*fields, chain_id, 0, 0])), hasher=None)
        r, s = (int.from_bytes(signature[start : start + 32], "big") for start in (0, 32))
        raw = rlp.encode([*fields, 35 + 2 * chain_id + signature[64], r, s])
        return SignedTransaction(raw=raw, tx_hash=f"0x{Web3.keccak(raw).hex()}")

    @cached_property
    def _key(self) -> PrivateKey:
        return PrivateKey(bytes(self.account.key))

    def created(self, *, nonce: int) -> str:
        """Return the checksum address of the contract a deployment with ``nonce`` makes."""
        sender = bytes.fromhex(self.address.removeprefix("0x"))
        return str(Web3.to_checksum_address(Web3.keccak(rlp.encode([sender, nonce]))[-20:]))
