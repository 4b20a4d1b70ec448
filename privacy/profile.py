"""Pinned parameters of homomorphic encryption: nobody ever sends us parameters, contexts or evaluation keys.

``bfv4096-t20`` is SEAL's own 128-bit default for degree 4096 (36 + 36 + 37 bits, HomomorphicEncryption.org table: at
most 109) with a 20-bit batching modulus: room for one multiplication by a plain table, one mask, one modulus switch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from kernel.errors import InvalidInput

SEED_PART: Final = 81  # a second SEAL header (16), the generator's kind (1) and its seed (64)
FRONT: Final = 97  # parms_id 32, NTT flag 1, five words 40, inner header 16, word count 8


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a well-formed ciphertext of one level looks like on the wire."""

    degree: int
    primes: tuple[int, ...]
    parms_id: bytes
    version: tuple[int, int] = (4, 3)

    @property
    def polynomial_bytes(self) -> int:
        """The length of one polynomial in bytes."""
        return 8 * self.degree * len(self.primes)

    @property
    def full_body(self) -> int:
        """The exact body length of a ciphertext with both polynomials."""
        return FRONT + 2 * self.polynomial_bytes

    @property
    def seeded_body(self) -> int:
        """The exact body length of a ciphertext whose second polynomial is a seed."""
        return FRONT + self.polynomial_bytes + SEED_PART

    @property
    def entropy_bytes(self) -> int:
        """The information in one uniform polynomial, in bytes."""
        return int(self.degree * sum(math.log2(prime) for prime in self.primes) / 8)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One pinned set of parameters: requests arrive at ``request`` level, replies leave at ``reply`` level."""

    name: str
    degree: int
    plain_modulus: int
    primes: tuple[int, ...]
    request: Shape
    reply: Shape

    @property
    def cells_per_block(self) -> int:
        """How many cells one ciphertext covers: every slot but the last, which holds a constant one."""
        return self.degree - 1

    def blocks(self, cells: int) -> int:
        """Return how many ciphertexts a table of ``cells`` cells needs."""
        return -(-cells // self.cells_per_block)


@dataclass(eq=False, kw_only=True)
class UnknownProfile(InvalidInput):
    """A profile that this platform does not offer."""

    code = "privacy.unknown_profile"
    zh = "未知的同态加密参数组：{name}。"
    en = "There is no encryption profile named {name}."
    name: str


_PRIMES: Final = (68719403009, 68719230977, 137438822401)


def _id(*words: int) -> bytes:
    return b"".join(word.to_bytes(8, "little") for word in words)


BFV4096_T20: Final = Profile(
    name="bfv4096-t20",
    degree=4096,
    plain_modulus=1032193,
    primes=_PRIMES,
    request=Shape(
        degree=4096,
        primes=_PRIMES[:2],
        parms_id=_id(1873000747715295028, 11215186030905010692, 3414445251667737935, 182315704735341130),
    ),
    reply=Shape(
        degree=4096,
        primes=_PRIMES[:1],
        parms_id=_id(11429859456180146811, 6196561566494887094, 5221243576142229105, 1012306229078676531),
    ),
)
PROFILES: Final = {BFV4096_T20.name: BFV4096_T20}


def profile(name: str) -> Profile:
    """Return the profile of that name; raise UnknownProfile."""
    try:
        return PROFILES[name]
    except KeyError as error:
        raise UnknownProfile(name=name[:40]) from error
