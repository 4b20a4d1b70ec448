"""The API's description of itself, which takes a second to write and is the same for every test of a run."""

from __future__ import annotations

import functools
from typing import Any

from config.api import api


@functools.cache
def described() -> dict[str, Any]:
    """Return the OpenAPI document; do not change it."""
    return api.get_openapi_schema()
