"""The binding to SEAL (tenseal.sealapi): contexts of pinned profiles, objects in and out of memory, and evaluation.

Only programs that may crash import this: the licensee's client and the evaluator's child process. SEAL reads and writes
paths only, so objects pass through anonymous memory files; nothing touches a disk.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from tenseal import sealapi

from privacy.profile import Profile


def context(profile: Profile) -> Any:
    """Return the SEAL context of a pinned profile; raise ValueError when this SEAL builds another one."""
    parameters = sealapi.EncryptionParameters(sealapi.SCHEME_TYPE.BFV)
    parameters.set_poly_modulus_degree(profile.degree)
    parameters.set_coeff_modulus([sealapi.Modulus(prime) for prime in profile.primes])
    parameters.set_plain_modulus(profile.plain_modulus)
    made = sealapi.SEALContext(parameters, True, sealapi.SEC_LEVEL_TYPE.TC128)
    levels = ((made.first_parms_id(), profile.request), (made.last_parms_id(), profile.reply))
    for words, shape in levels:
        if not made.parameters_set() or b"".join(word.to_bytes(8, "little") for word in words) != shape.parms_id:
            raise ValueError(f"this SEAL does not build {profile.name}")
    return made


def loaded(made: Any, blob: bytes, empty: Any) -> Any:
    """Return ``empty`` (a new SEAL object) filled from ``blob``."""
    handle = os.memfd_create("seal")
    try:
        os.write(handle, blob)
        empty.load(made, f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)
    return empty


def saved(made: Any) -> bytes:
    """Return the serialised form of a SEAL object."""
    handle = os.memfd_create("seal")
    try:
        made.save(f"/proc/self/fd/{handle}")
        return os.pread(handle, os.fstat(handle).st_size, 0)
    finally:
        os.close(handle)


def evaluate(profile: Profile, ciphertexts: Sequence[bytes], rows: Sequence[Sequence[Sequence[int]]]) -> list[bytes]:
    """Return one encrypted reply per row: the selector times the row's blocks, added up, masked, switched down.

    The mask adds random slots whose sum is zero, so that an honest client learns the total and nothing else; what a
    dishonest one extracts is at most the released table itself.
    """
    made = context(profile)
    evaluator, encoder = sealapi.Evaluator(made), sealapi.BatchEncoder(made)
    selectors = [loaded(made, blob, sealapi.Ciphertext()) for blob in ciphertexts]
    for selector in selectors:
        evaluator.transform_to_ntt_inplace(selector)
    return [_reply(profile, made, evaluator, encoder, (selectors, blocks)) for blocks in rows]


def _reply(profile: Profile, made: Any, evaluator: Any, encoder: Any, work: tuple[Any, Any]) -> bytes:
    total = None
    for selector, block in zip(*work, strict=True):
        plain, product = sealapi.Plaintext(), sealapi.Ciphertext()
        encoder.encode(list(block), plain)
        evaluator.transform_to_ntt_inplace(plain, made.first_parms_id())
        evaluator.multiply_plain(selector, plain, product)
        if total is None:
            total = product
        else:
            evaluator.add_inplace(total, product)
    out = sealapi.Ciphertext()
    evaluator.transform_from_ntt(total, out)
    plain = sealapi.Plaintext()
    encoder.encode(zero_sum(profile.degree, profile.plain_modulus), plain)
    evaluator.add_plain_inplace(out, plain)
    evaluator.mod_switch_to_inplace(out, made.last_parms_id())
    return saved(out)


def zero_sum(count: int, modulus: int) -> list[int]:
    """Return ``count`` uniform numbers below ``modulus`` that add up to a multiple of it, from the system's randomness.

    Numbers of the modulus's bit length are drawn in one block and those not below it are thrown away.
    """
    width, wanted = modulus.bit_length(), count - 1
    drawn: list[int] = []
    while len(drawn) < wanted:
        block = np.frombuffer(os.urandom(4 * wanted), dtype="<u4") >> (32 - width)
        drawn += block[block < modulus].tolist()
    mask = drawn[:wanted]
    return [*mask, -sum(mask) % modulus]
