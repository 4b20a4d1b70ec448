"""``python -m privacy.domain.connect``: load the holder's tables, make its key, and print what to register."""

from __future__ import annotations

import json
import sys
from typing import Any

from privacy.domain import environment
from privacy.domain.source import Source
from privacy.envelope import canonical


def announcement(source: Source) -> dict[str, Any]:
    """Return what the platform may know, signed by the holder: public dictionaries, row counts, keyed hashes."""
    tables = [
        {
            "name": table.name,
            "rows": table.rows,
            "content_hash": table.content_hash,
            "dictionary": {key: value for key, value in table.dictionary.items() if key != "columns"},
            "columns": table.dictionary["columns"],
        }
        for table in source.load()
    ]
    signer = source.signer()
    told = {"holder": source.settings.code, "public_key": signer.public_key.hex(), "tables": tables}
    return told | {"signature": signer.sign(canonical(told)).hex()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(announcement(Source(settings=environment.read())), ensure_ascii=False) + "\n")
