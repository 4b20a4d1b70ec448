"""Parties, roles and calendars: what the registry tells the ledger of them."""

from typing import Final

from registry.kinds.words import CODE, COUNT, DIGEST, UUID, WORD, kind

ORGANISATION_REGISTERED: Final = kind("organisation.registered", organisation=UUID, uscc=CODE, kind=WORD)
ROLE_GRANTED: Final = kind("role.granted", organisation=UUID, role=WORD)
CALENDAR_ENTERED: Final = kind("calendar.entered", year=COUNT, calendar_sha256=DIGEST)
