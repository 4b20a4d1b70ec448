"""What an API key may be used for: reading or writing, app by app. What no scope covers is refused.

A key's scopes narrow what its holder's roles allow; they never widen it. Keys, roles and logins are managed by people
in their own session, never by a key: a key that could make keys could not be revoked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

APPS: Final = ("registry", "pricing", "privacy", "marketplace", "ledger")
READ: Final = "read"
WRITE: Final = "write"
SCOPES: Final = tuple(f"{app}:{verb}" for app in APPS for verb in (READ, WRITE))
SESSION_ONLY: Final = ("/api/registry/keys", "/api/registry/account", "/api/registry/members")
PREFIX: Final = "/api/"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def scope_needed(*, method: str, path: str) -> str | None:
    """Return the scope a request of a key needs; None for what no key may do, an empty text for what needs none.

    The description of the API and everything outside of it that anybody may read needs no scope; pages are for people.
    """
    if not path.startswith(PREFIX):
        return "" if method in _SAFE else None
    if any(path == one or path.startswith(f"{one}/") for one in SESSION_ONLY):
        return None
    app = path.removeprefix(PREFIX).partition("/")[0]
    if app not in APPS:
        return "" if method in _SAFE else None
    return f"{app}:{READ if method in _SAFE else WRITE}"


def covers(scopes: Iterable[str], needed: str) -> bool:
    """Return whether ``scopes`` hold the one needed; writing implies reading."""
    held = frozenset(scopes)
    app, _, verb = needed.partition(":")
    return needed in held or (verb == READ and f"{app}:{WRITE}" in held)
