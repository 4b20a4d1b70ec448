"""Patterns that payloads are made of: ids, codes, hashes, days; nothing a name would fit into."""

from collections.abc import Mapping
from typing import Any, Final

from ledger import words
from ledger.types import EntryKind

UUID: Final = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
UUIDS: Final = {"type": "array", "items": UUID, "uniqueItems": True}
DAY: Final = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
MOMENT: Final = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:[0-9]{2})$"}
DIGEST: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
CODE: Final = {"type": "string", "minLength": 1, "maxLength": 70, "pattern": "^[0-9A-Za-z•._-]+$"}
WORD: Final = {"type": "string", "pattern": "^[a-z_]{1,40}$"}
ARTICLE: Final = words.ARTICLE
NUMBER: Final = words.NUMBER
FLAG: Final = {"type": "boolean"}
COUNT: Final = {"type": "integer", "minimum": 0}
MARK: Final = {"type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,2})?$"}
SHARE: Final = {"type": "string", "pattern": "^(0|1)(\\.[0-9]{1,6})?$"}
LIMIT: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {"starts_at": MOMENT, "ends_at": MOMENT, "working_days": COUNT, "provisional": FLAG},
    "required": ["starts_at", "ends_at", "working_days", "provisional"],
    "additionalProperties": False,
}

kind: Final = EntryKind.strict
