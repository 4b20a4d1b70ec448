"""The secp256k1 account that writes to the log contract."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

import rlp  # type: ignore[import-untyped]  # ships no types
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
        """Return a legacy transaction without price or value; ``to`` is None for a deployment."""
        fields = {"chainId": chain_id, "nonce": nonce, "gasPrice": 0, "gas": gas, "value": 0, "data": data}
        signed = self.account.sign_transaction(fields if to is None else fields | {"to": to})
        return SignedTransaction(raw=bytes(signed.raw_transaction), tx_hash=f"0x{signed.hash.hex()}")

    def created(self, *, nonce: int) -> str:
        """Return the checksum address of the contract a deployment with ``nonce`` makes."""
        sender = bytes.fromhex(self.address.removeprefix("0x"))
        return str(Web3.to_checksum_address(Web3.keccak(rlp.encode([sender, nonce]))[-20:]))
