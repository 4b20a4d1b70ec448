"""The facts privacy writes to the log: hashes, codes, amounts of budget. Never what was asked or answered."""

from __future__ import annotations

from typing import Final

from ledger.types import EntryKind

_UUID: Final = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_DIGEST: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NAME: Final = {"type": "string", "pattern": "^[0-9a-zA-Z_.-]{1,64}$"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_RHO: Final = {"type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9]{1,6})?$"}
_TABLE: Final = {
    "type": "object",
    "properties": {"name": _NAME, "version": _COUNT, "rows": _COUNT, "content_hash": _DIGEST},
    "required": ["name", "version", "rows", "content_hash"],
    "additionalProperties": False,
}


_kind: Final = EntryKind.strict


SOURCE_CONNECTED: Final = _kind(
    "source.connected",
    source=_UUID,
    holder=_UUID,
    code=_NAME,
    public_key=_DIGEST,
    tables={"type": "array", "items": _TABLE, "minItems": 1},
)
POLICY_ACTIVATED: Final = _kind(
    "policy.activated", policy=_UUID, product=_UUID, table=_NAME, content_hash=_DIGEST, policy_hash=_DIGEST
)
CUBE_RELEASED: Final = _kind(
    "cube.released", cube=_UUID, product=_UUID, number=_COUNT, plan_hash=_DIGEST, answer_hash=_DIGEST, rho=_RHO
)
CUBE_REFUSED: Final = _kind("cube.refused", cube=_UUID, product=_UUID, number=_COUNT, plan_hash=_DIGEST)
QUERY_ANSWERED: Final = _kind(
    "query.answered", query=_UUID, licence=_UUID, product=_UUID, plan_hash=_DIGEST, answer_hash=_DIGEST, charged=_RHO
)
QUERY_REFUSED: Final = _kind("query.refused", query=_UUID, licence=_UUID, product=_UUID, rule=_NAME)
LOOKUP_ANSWERED: Final = _kind(
    "lookup.answered",
    lookup=_UUID,
    licence=_UUID,
    cube=_UUID,
    profile=_NAME,
    request_hash=_DIGEST,
    reply_hash=_DIGEST,
)
LOOKUP_REFUSED: Final = _kind("lookup.refused", lookup=_UUID, licence=_UUID, cube=_UUID, request_hash=_DIGEST)
