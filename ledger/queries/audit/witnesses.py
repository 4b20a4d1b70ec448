"""Witnesses held against the entries that register and retire them, cosignatures against the heads they are of."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from django.db import connection

from ledger.cosignature import BadCosignature, WitnessKey, check
from ledger.note import BadNote
from ledger.queries.audit.findings import Finding
from ledger.queries.audit.keys import MILLISECOND, moment, said_by

REGISTERED: Final = "witness.registered"
RETIRED: Final = "witness.retired"
CHUNK: Final = 500
LOWEST: Final = -(1 << 63)
AHEAD: Final = 300  # seconds that a witness's clock may be ahead of ours when we take what it says
WITNESSES: Final = """
SELECT id, public_id::text, name, verifier_key,
    extract(epoch FROM registered_at)::float8, extract(epoch FROM retired_at)::float8
FROM ledger_witness ORDER BY id
"""
COSIGNATURES: Final = """
SELECT given.id, witness_id, head_id, signature, extract(epoch FROM cosigned_at)::float8,
    extract(epoch FROM received_at)::float8, head.note
FROM ledger_cosignature given LEFT JOIN ledger_treehead head ON head.size = given.head_id
WHERE given.id > %s ORDER BY given.id LIMIT %s
"""


class Witness(NamedTuple):
    """A witness's row; moments in Unix seconds."""

    pk: int
    public_id: str
    name: str
    key: str
    registered: float
    retired: float | None

    @property
    def where(self) -> str:
        """How findings call the row."""
        return f"witness {self.public_id}"


class Said(NamedTuple):
    """What an entry says of a witness: the digest of its key, and when."""

    digest: str
    at: float


def witness_findings() -> Iterator[Finding]:
    """Yield witnesses that the log's entries tell otherwise, and cosignatures that do not fit their heads."""
    with connection.cursor() as cursor:
        cursor.execute(WITNESSES)
        rows = [Witness(*row) for row in cursor.fetchall()]
    registered, retired = _said(REGISTERED), _said(RETIRED)
    for row in rows:
        yield from _row(row, registered.get(row.where), retired.get(row.where))
    known = {row.where for row in rows}
    for where in registered.keys() | retired.keys():
        if where not in known:
            yield Finding(where, "is missing: an entry of the log names it")
    yield from _cosignatures({row.pk: row for row in rows})


def _said(kind: str) -> dict[str, Said]:
    """What entries of a kind say, sealed or not, by the place of the witness they are about."""
    found: dict[str, Said] = {}
    for _, subject, content in said_by([kind], waiting=True):
        found[subject.replace(":", " ", 1)] = Said(str(content["payload"].get("key_sha256")), moment(content))
    return found


def _row(row: Witness, registered: Said | None, retired: Said | None) -> Iterator[Finding]:
    digest, key = sha256(row.key.encode()).hexdigest(), _key(row.key)
    if key is None or key.name != row.name:
        yield Finding(row.where, "its key is none, or of another name")
    if registered is None:
        yield Finding(row.where, "no entry of the log registers it")
        return
    if digest != registered.digest:
        yield Finding(row.where, "its key is not the one that the log registered")
    if not abs(row.registered - registered.at) < MILLISECOND:
        yield Finding(row.where, "was not registered when its row says")
    if (retired is None) != (row.retired is None):
        yield Finding(row.where, "has retired, and its row does not say so" if retired else "no entry retires it")
    elif retired is not None and not abs((row.retired or 0) - retired.at) < MILLISECOND:
        yield Finding(row.where, "did not retire when its row says")
    if retired is not None and retired.digest != registered.digest:
        yield Finding(row.where, "the log retired it with another key than it registered")


def _cosignatures(witnesses: dict[int, Witness]) -> Iterator[Finding]:
    keys = {pk: _key(row.key) for pk, row in witnesses.items()}
    after = LOWEST
    while True:
        with connection.cursor() as cursor:
            cursor.execute(COSIGNATURES, [after, CHUNK])
            found = cursor.fetchall()
        for pk, witness, head, signature, cosigned, received, note in found:
            what = _wrong(keys.get(witness), bytes(signature), cosigned, received, note)
            if what:
                name = witnesses[witness].name if witness in witnesses else f"witness {witness}"
                yield Finding(f"cosignature {pk} of {name} on head {head}", what)
        if not found:
            return
        after = found[-1][0]


def _wrong(key: WitnessKey | None, signature: bytes, cosigned: float, received: float, note: str | None) -> str:
    if note is None:
        return "its head is missing"
    if key is None:
        return "its witness has no key"
    try:
        at = check(note.rpartition("\n\n")[0] + "\n", signature, key)
    except BadCosignature as error:
        return f"is not valid: {error.reason}"
    if at != cosigned:
        return "was not made when its row says"
    return "" if at <= received + AHEAD < float("inf") else "was received long before it was made, or at no moment"


def _key(text: str) -> WitnessKey | None:
    try:
        return WitnessKey.parse(text)
    except BadNote:
        return None
