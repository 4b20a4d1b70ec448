"""The wallet's transactions are byte for byte those of eth_account."""

from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from ledger.gateways.wallet import Wallet

KEYS = st.integers(1, 2**255).map(lambda number: number.to_bytes(32, "big"))
ADDRESSES = st.none() | st.integers(1, 2**255).map(lambda number: Account.from_key(number.to_bytes(32, "big")).address)


@given(
    key=KEYS,
    to=ADDRESSES,
    chain_id=st.integers(1, 2**40),
    nonce=st.integers(0, 2**40),
    gas=st.integers(21_000, 30_000_000),
    data=st.binary(max_size=300),
)
def test_transactions_are_those_of_eth_account(key, to, chain_id, nonce, gas, data):
    account = Account.from_key(key)
    fields = {"chainId": chain_id, "nonce": nonce, "gasPrice": 0, "gas": gas, "value": 0, "data": data}
    expected = account.sign_transaction(fields if to is None else fields | {"to": to})
    signed = Wallet(account).sign(chain_id=chain_id, nonce=nonce, to=to, data=data, gas=gas)
    assert signed.raw == bytes(expected.raw_transaction)
    assert signed.tx_hash == f"0x{expected.hash.hex()}"
    assert Account.recover_transaction(signed.raw) == Wallet(account).address
