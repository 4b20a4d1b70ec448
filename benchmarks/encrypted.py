"""An encrypted query as the platform answers it ÷ the bare SEAL loop over the same ciphertexts and plaintexts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tenseal import sealapi

from benchmarks.aggregate import Holder
from benchmarks.ratio import Row, alternating, timed
from benchmarks.stage import scratch
from privacy import plan as plans
from privacy import seal
from privacy.client.lookup import Client, Form
from privacy.disclosure import columns
from privacy.frames import packed, unpacked
from privacy.gateways import evaluator
from privacy.guard import checked, longest
from privacy.limbs import joined, layout, plaintexts
from privacy.profile import BFV4096_T20 as PROFILE

CHOSEN: Final = {"health": ("fair", "poor"), "limitation": ("yes",)}


class Unequal(Exception):
    """The two sides decrypt to different totals, so their ratio means nothing."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A released table and a licensee's encrypted question about it."""

    form: Form
    table: Mapping[str, Sequence[int]]
    client: Client
    request: bytes

    def ours(self) -> bytes:
        """Answer as the platform does: the guard at the door, the table in limbs, the chamber's guard and child."""
        shape = self.form.layout
        blobs = unpacked(self.request, count=shape.blocks, longest=longest(PROFILE.request))
        for blob in blobs:
            checked(blob, PROFILE.request)
        return packed(evaluator.evaluate(PROFILE.name, blobs, plaintexts(self.table, shape, PROFILE)))


class Bare:
    """The loop that SEAL itself needs, with context, ciphertexts and plaintexts already in memory."""

    def __init__(self, question: Question) -> None:
        """Load everything that the loop reads."""
        self.context = seal.context(PROFILE)
        self.evaluator, self.encoder = sealapi.Evaluator(self.context), sealapi.BatchEncoder(self.context)
        shape = question.form.layout
        self.selectors = [
            seal.loaded(self.context, checked(blob, PROFILE.request), sealapi.Ciphertext())
            for blob in unpacked(question.request, count=shape.blocks, longest=longest(PROFILE.request))
        ]
        for selector in self.selectors:
            self.evaluator.transform_to_ntt_inplace(selector)
        self.rows = plaintexts(question.table, shape, PROFILE)

    def run(self) -> list[Any]:
        """Return one ciphertext per limb: encode, multiply, add, switch down."""
        return [self._total(blocks) for blocks in self.rows]

    def _total(self, blocks: Sequence[Sequence[int]]) -> Any:
        products = []
        for selector, block in zip(self.selectors, blocks, strict=True):
            plain, product = sealapi.Plaintext(), sealapi.Ciphertext()
            self.encoder.encode(block, plain)
            self.evaluator.transform_to_ntt_inplace(plain, self.context.first_parms_id())
            self.evaluator.multiply_plain(selector, plain, product)
            products.append(product)
        for product in products[1:]:
            self.evaluator.add_inplace(products[0], product)
        self.evaluator.transform_from_ntt_inplace(products[0])
        self.evaluator.mod_switch_to_inplace(products[0], self.context.last_parms_id())
        return products[0]


def measure(rounds: int) -> list[Row]:
    """Measure a question about the demonstration's released cube."""
    with scratch() as directory:
        question = asked(Holder(directory))
    bare = Bare(question)
    same_totals(question, bare)
    pairs = alternating(lambda: _seconds(question.ours), lambda: _seconds(bare.run), rounds)
    evaluator.close()
    shape = question.form.layout
    name = f"encrypted: {shape.cells} cells, {shape.rows} replies, platform ÷ SEAL loop"
    return [Row(name=name, pairs=pairs, unit="query")]


def asked(holder: Holder) -> Question:
    """Return the story's question about the cube that the holder releases."""
    plan = plans.cube(holder.rules)
    lattice, told = plan.lattice(holder.rules), holder.answer(plan)
    released = columns(lattice, told["measures"], told["cells"])
    table = {name: [max(0, figure) for figure in figures] for name, figures in released.items()}
    form = Form(lattice=lattice, layout=layout(table, PROFILE), grains=told["grains"])
    client = Client(PROFILE)
    return Question(form=form, table=table, client=client, request=client.select(form, CHOSEN))


def same_totals(question: Question, bare: Bare) -> None:
    """Raise Unequal unless both sides, and the table in the clear, come to the same totals."""
    client, form = question.client, question.form
    cells = form.lattice.matching(CHOSEN)
    clear = {name: sum(figures[cell] for cell in cells) for name, figures in question.table.items()}
    decryptor = sealapi.Decryptor(client.context, client.secret)
    encoder, totals = sealapi.BatchEncoder(client.context), []
    for reply in bare.run():
        plain = sealapi.Plaintext()
        decryptor.decrypt(reply, plain)
        totals.append(sum(encoder.decode_uint64(plain)) % PROFILE.plain_modulus)
    found = [client.answer(form, question.ours()), joined(totals, form.layout), clear]
    if found[0] != found[2] or found[1] != found[2]:
        raise Unequal(f"totals differ: {found}")


def _seconds(work: Any) -> float:
    with timed() as watch:
        work()
    return watch.seconds
