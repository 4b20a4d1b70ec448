"""Changed, added and missing heads, witnesses and cosignatures are found as far as anything commits to them."""

import pytest

from kernel.actors import Actor
from kernel.signer import Ed25519Signer
from ledger import services
from ledger.cosignature import WitnessKey, line, message
from ledger.models import Cosignature, TreeHead, Witness
from tests.integration.ledger.conftest import after, found, unguarded

REGULATOR = Actor(kind="person", user_id=9, roles=frozenset({"regulator"}))
HEADS = {  # sizes are 2, 4, 7, 8, 9
    "endless": ("UPDATE ledger_treehead SET sealed_at = 'infinity' WHERE size = {0}", (2, 4, 9)),
    "before Christ": ("UPDATE ledger_treehead SET sealed_at = '0044-03-15 BC' WHERE size = {0}", (2, 4, 9)),
    "far": ("UPDATE ledger_treehead SET sealed_at = '20261-01-01' WHERE size = {0}", (2, 4, 8)),
    "earlier": ("UPDATE ledger_treehead SET sealed_at = sealed_at - interval '1 year' WHERE size = {0}", (2, 4, 9)),
    "later": ("UPDATE ledger_treehead SET sealed_at = sealed_at + interval '1 year' WHERE size = {0}", (2, 4, 8)),
    "bears a foreign line": (
        "UPDATE ledger_treehead SET note = note || '— x AAAAAAAA' || chr(10) WHERE size = {0}",
        (4,),
    ),
}
WITNESSES = [
    "UPDATE ledger_witness SET verifier_key = 'evil' || verifier_key WHERE id = {0}",
    "UPDATE ledger_witness SET verifier_key = 'x' WHERE id = {0}",
    "UPDATE ledger_witness SET name = 'x' WHERE id = {0}",
    "UPDATE ledger_witness SET registered_at = registered_at - interval '1 second' WHERE id = {0}",
    "UPDATE ledger_witness SET registered_at = 'infinity' WHERE id = {0}",
    "UPDATE ledger_witness SET public_id = '00000000-0000-0000-0000-000000000000' WHERE id = {0}",
    "UPDATE ledger_witness SET retired_at = CASE WHEN retired_at IS NULL THEN now() END WHERE id = {0}",
    "WITH gone AS (DELETE FROM ledger_cosignature WHERE witness_id = {0}) DELETE FROM ledger_witness WHERE id = {0}",
]
COSIGNATURES = [
    "signature = decode(repeat('00', 72), 'hex')",
    "signature = ''",
    "signature = set_byte(signature, 71, 255 - get_byte(signature, 71))",
    "signature = set_byte(signature, 0, 255)",
    "head_id = 4",
    "head_id = 5000",
    "witness_id = {third}",
    "witness_id = 5000",
    "cosigned_at = cosigned_at - interval '1 year'",
    "cosigned_at = '0044-03-15 BC'",
    "received_at = received_at - interval '1 year'",
    "received_at = 'infinity'",
]


class Watcher:
    """A witness of a name, registered with the log, that cosigns what it is shown."""

    def __init__(self, name, log):
        self.signer = Ed25519Signer.generate(name)
        self.key = WitnessKey(name, self.signer.public_key)
        self.view = services.register_witness(verifier_key=str(self.key), actor=REGULATOR, now=log.tick())
        self.row = Witness.objects.get(public_id=self.view.id)

    def cosign(self, size, now):
        text = TreeHead.objects.get(size=size).note.rpartition("\n\n")[0] + "\n"
        at = int(now.timestamp())
        signature = at.to_bytes(8, "big") + self.signer.sign(message(text, at))
        services.receive_cosignature(checkpoint=f"{text}\n{line(self.key, signature)}", now=now)


@pytest.fixture
def watched(offline_log):
    log = offline_log
    log.append(2)
    log.seal()
    log.watchers = [Watcher(f"regulator.test/w{number}", log) for number in (1, 2)]
    log.seal()
    log.append(3)
    log.seal()
    for size in (2, 7):
        for watcher in log.watchers:
            watcher.cosign(size, log.tick())
    services.retire_witness(witness_id=log.watchers[1].view.id, actor=REGULATOR, now=log.tick())
    log.seal()
    log.append(1)
    log.seal()
    Watcher("regulator.test/w3", log)  # its entry waits
    unguarded()
    return log


def test_changed_heads_are_named(watched):
    assert found() == []
    for name, (statement, sizes) in HEADS.items():
        for size in sizes:
            where = after(statement.format(size))
            assert set(where) == {f"head {size}"}, (name, size, where)
    assert "leaf 8" in after("DELETE FROM ledger_treehead WHERE size = 9")


def test_head_that_a_cosignature_names_is_missed(watched):
    where = after("DELETE FROM ledger_treehead WHERE size = 2")
    first = Cosignature.objects.filter(head_id=2).order_by("pk").first()
    assert f"cosignature {first.pk} of regulator.test/w1 on head 2" in where


def test_heads_are_never_further_apart_than_one_sealing_takes(offline_log):
    for count in (900, 900, 1):
        offline_log.append(count)
        offline_log.seal()
    unguarded()
    assert found() == []
    assert after("DELETE FROM ledger_treehead WHERE size = 900") == ["head 1800"]


def test_changed_witnesses_are_named(watched):
    for watcher in watched.watchers:
        for statement in WITNESSES:
            where = after(statement.format(watcher.row.pk))
            assert f"witness {watcher.view.id}" in where, (statement, where)
    nobody = "00000000-0000-0000-0000-000000000000"
    columns = "(public_id, name, verifier_key, registered_at)"
    where = after(f"INSERT INTO ledger_witness {columns} VALUES ('{nobody}', 'x', 'x+00+AA==', now())")
    assert set(where) == {f"witness {nobody}"}
    assert found() == []


def test_changed_cosignatures_are_named(watched):
    given = Cosignature.objects.filter(head_id=7).order_by("pk").first()
    third = Witness.objects.get(name="regulator.test/w3").pk
    for change in COSIGNATURES:
        where = after(f"UPDATE ledger_cosignature SET {change} WHERE id = {given.pk}".format(third=third))
        assert any(place.startswith(f"cosignature {given.pk} of ") for place in where), (change, where)
    assert found() == []
