"""Asks which cells to add up without telling which, and reads the encrypted totals.

The key is the licensee's alone and never leaves its machine. One key may serve many questions. Replies are checked by
the same guard that checks requests, for a hostile evaluator could attack its clients too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenseal import sealapi

from privacy import seal
from privacy.frames import packed, unpacked
from privacy.guard import checked, longest
from privacy.lattice import Dimension, Lattice
from privacy.limbs import Layout, joined
from privacy.profile import Profile, profile


@dataclass(frozen=True, kw_only=True)
class Form:
    """The public description of a released table: what ``GET …/lookup-form`` gives."""

    lattice: Lattice
    layout: Layout
    grains: Mapping[str, str]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Form:
        """Return the form that ``document`` describes."""
        dimensions = tuple(Dimension(each["name"], tuple(each["codes"])) for each in document["dimensions"])
        return cls(lattice=Lattice(dimensions), layout=Layout.read(document["layout"]), grains=dict(document["grains"]))


class Client:
    """A licensee's key and what it does with it."""

    def __init__(self, chosen: Profile, secret: bytes | None = None) -> None:
        """Take the profile, and the serialised secret key unless a fresh one is wanted."""
        self.profile = chosen
        self.context = seal.context(chosen)
        if secret is None:
            self.secret = sealapi.KeyGenerator(self.context).secret_key()
        else:
            self.secret = seal.loaded(self.context, secret, sealapi.SecretKey())

    @classmethod
    def open(cls, path: Path, chosen: Profile) -> Client:
        """Return the client whose key is in the file ``path``."""
        return cls(chosen, path.read_bytes())

    def keep(self, path: Path) -> None:
        """Write the secret key to a new file that only its owner can read; raise FileExistsError."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(seal.saved(self.secret))

    def request(self, form: Form, weights: Mapping[int, int]) -> bytes:
        """Return the encrypted request that adds up cells by ``weights`` (cell number → whole weight ≥ 0).

        Raises ValueError for weights that could make a total wrap round the plain modulus.
        """
        if (
            sum(weights.values()) * (form.layout.base - 1) >= self.profile.plain_modulus
            or min(weights.values(), default=0) < 0
        ):
            raise ValueError("the weights are negative or too large for exact totals")
        size = self.profile.cells_per_block
        blocks = [[0] * self.profile.degree for _ in range(form.layout.blocks)]
        for cell, weight in weights.items():
            blocks[cell // size][cell % size] = weight
        encryptor, encoder = sealapi.Encryptor(self.context, self.secret), sealapi.BatchEncoder(self.context)
        return packed([self._encrypted(encryptor, encoder, block) for block in blocks])

    def select(self, form: Form, chosen: Mapping[str, Sequence[str]]) -> bytes:
        """Return the encrypted request for the total over the cells whose codes lie in ``chosen``."""
        return self.request(form, dict.fromkeys(form.lattice.matching(chosen), 1))

    def answer(self, form: Form, reply: bytes) -> dict[str, int]:
        """Return each column's total from an encrypted reply: ``present`` counts the chosen cells that were released.

        Raises BadFrame or BadCiphertext for a reply that is not what an honest evaluator sends.
        """
        blobs = unpacked(reply, count=form.layout.rows, longest=longest(self.profile.reply))
        decryptor, encoder = sealapi.Decryptor(self.context, self.secret), sealapi.BatchEncoder(self.context)
        totals = []
        for blob in blobs:
            whole = seal.loaded(self.context, checked(blob, self.profile.reply), sealapi.Ciphertext())
            plain = sealapi.Plaintext()
            decryptor.decrypt(whole, plain)
            totals.append(sum(encoder.decode_uint64(plain)) % self.profile.plain_modulus)
        return joined(totals, form.layout)

    def _encrypted(self, encryptor: Any, encoder: Any, block: Sequence[int]) -> bytes:
        plain = sealapi.Plaintext()
        encoder.encode(list(block), plain)
        return seal.saved(encryptor.encrypt_symmetric(plain))


def fresh(form: Form) -> Client:
    """Return a client with a new key for the form's profile."""
    return Client(profile(form.layout.profile))
