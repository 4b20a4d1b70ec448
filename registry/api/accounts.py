"""One's own account: whom one acts for, sessions, keys, over HTTP. Only a session may do this, never a key."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.queries import NoSuch
from registry.schemas.accounts import AccountOut, KeyIn, KeyMade, KeyOut, PersonIn, SessionOut, SwitchIn

CHOSEN = "organisation"


def _person(request: HttpRequest) -> int:
    user_id = acting(request).user_id
    if user_id is None:
        raise services.AccountNeeded
    return user_id


def _organisation(request: HttpRequest) -> UUID:
    _person(request)
    organisation_id = acting(request).organisation_id
    if organisation_id is None:
        raise NoSuch(thing="organisation", thing_zh="单位", id="-")
    return organisation_id


@router.get("/account", response=AccountOut)
def account(request: HttpRequest) -> dict[str, Any]:
    """Return whom the caller acts as, and for which organisations it could."""
    actor = acting(request)
    return asdict(actor) | {
        "roles": sorted(actor.roles),
        "organisations": queries.organisations_of_user(_person(request)),
    }


@router.post("/account/organisation", response=AccountOut)
def switch(request: HttpRequest, body: SwitchIn) -> dict[str, Any]:
    """Act for another of one's own organisations in this session."""
    if body.organisation_id not in queries.organisations_of_user(_person(request)):
        raise NoSuch(thing="organisation", thing_zh="单位", id=str(body.organisation_id))
    request.session[CHOSEN] = str(body.organisation_id)
    actor = queries.actor_of_user(request.user, organisation_id=body.organisation_id)
    return asdict(actor) | {
        "roles": sorted(actor.roles),
        "organisations": queries.organisations_of_user(_person(request)),
    }


@router.post("/account/person", response={204: None})
def state_identity(request: HttpRequest, body: PersonIn) -> None:
    """State one's own name, phone and document; stored encrypted."""
    services.state_identity(draft=body.draft(), actor=acting(request), now=timezone.now())


@router.get("/account/sessions", response=list[SessionOut])
def sessions(request: HttpRequest) -> object:
    """Return the sessions in which the caller is logged in."""
    _person(request)
    return list(queries.sessions(actor=acting(request), current=request.session.session_key))


@router.delete("/account/sessions/{session_id}", response={204: None})
def end_session(request: HttpRequest, session_id: int) -> None:
    """End one of one's own sessions."""
    services.end_session(session_id=session_id, actor=acting(request), now=timezone.now())


@router.get("/keys", response=list[KeyOut])
def keys(request: HttpRequest) -> object:
    """Return the organisation's keys: all to its administrators, one's own to other members."""
    return list(queries.api_keys(_organisation(request), actor=acting(request), now=timezone.now()))


# Not idempotent: an answer kept for a repeat would keep the secret.
@router.post("/keys", response={201: KeyMade})
def issue_key(request: HttpRequest, body: KeyIn) -> Answer:
    """Make a key that acts as the caller within the scopes named; it is shown this once."""
    made, token = services.issue_api_key(
        organisation_id=_organisation(request),
        user_id=_person(request),
        label=body.label,
        scopes=body.scopes,
        days=body.days,
        actor=acting(request),
        now=timezone.now(),
    )
    return created(made) | {"key": token}


@router.delete("/keys/{key_id}", response={204: None})
def revoke_key(request: HttpRequest, key_id: UUID) -> None:
    """Revoke a key."""
    services.revoke_api_key(key_id=key_id, actor=acting(request), now=timezone.now())
