"""What payloads are written in: ids, digests, codes, days, amounts, clauses of law; nothing a name would fit into.

Each is a JSON schema; kinds of every app are put together from these or from patterns as narrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_NUMBER: Final = "[0-9]{1,6}号"
_DOCUMENT: Final = (
    f"(?:[一-龥]{{1,24}}〔[0-9]{{4}}〕{_NUMBER}|[一-龥]{{1,16}}令?第{_NUMBER}"
    "|[A-Z]{2,8}(?:[—-][A-Z]{2,8})*[—-][0-9]{4}[—-][0-9]{2,4})"
)
_NUMBERED: Final = "[一-龥A-Z]{1,16}[〔（(-][0-9]{4}[〕）)-]第?[0-9]{1,8}号?"
_CLAUSE: Final = "[第附表条款项章节编目一二三四五六七八九十百零〇()（）A-Z0-9.、 ]{1,80}"

UUID: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
DIGEST: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
DAY: Final[Schema] = {"type": "string", "format": "date"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
CODE: Final[Schema] = {"type": "string", "pattern": "^[0-9A-Za-z•._:-]{1,80}$"}
WORD: Final[Schema] = {"type": "string", "pattern": "^[a-z_]{1,40}$"}
DECIMAL: Final[Schema] = {"type": "string", "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,10})?$"}
ARTICLE: Final[Schema] = {"type": "string", "maxLength": 120, "pattern": f"^{_DOCUMENT}(?: {_CLAUSE})?$"}
NUMBER: Final[Schema] = {"type": "string", "maxLength": 60, "pattern": f"^(?:{_DOCUMENT}|{_NUMBERED})$"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
FLAG: Final[Schema] = {"type": "boolean"}
