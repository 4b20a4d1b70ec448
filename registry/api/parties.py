"""Organisations: identities, contacts, members, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja.pagination import paginate

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.schemas import OrganisationOut, RegistryId
from registry.schemas.accounts import (
    AcceptIn,
    ContactPersonIn,
    IdentityIn,
    IdentityOut,
    InvitationIn,
    InvitationMade,
    InvitationOut,
    MemberOut,
    OrganisationProfileOut,
    PartyReasonIn,
    RoleIn,
    VerificationIn,
)
from registry.types import OrganisationView


@router.get("/organisations", response=list[OrganisationOut])
@paginate
def directory(request: HttpRequest, text: str = "", kind: str = "", region: str = "") -> list[OrganisationView]:
    """Return organisations by name or code, kind and region (officials)."""
    return list(queries.organisation_directory(actor=acting(request), text=text, kind=kind, region=region))


@router.get("/organisations/{organisation_id}", response=OrganisationOut)
def organisation(request: HttpRequest, organisation_id: UUID) -> object:  # noqa: ARG001 - ninja's signature
    """Return an organisation."""
    return queries.organisation(organisation_id)


@router.get("/organisations/{organisation_id}/profile", response=OrganisationProfileOut)
def profile(request: HttpRequest, organisation_id: UUID) -> object:
    """Return an organisation's identity, to its own people and the office."""
    return queries.organisation_profile(organisation_id, actor=acting(request))


@router.post("/organisations/{organisation_id}/contacts", response={201: RegistryId})
@idempotent
def add_contact(request: HttpRequest, organisation_id: UUID, body: ContactPersonIn) -> Answer:
    """Name a contact person of the caller's own organisation (administrator)."""
    actor, now = acting(request), timezone.now()
    return created(services.add_contact(organisation_id=organisation_id, draft=body.draft(), actor=actor, now=now))


@router.delete("/contacts/{contact_id}", response={204: None})
def remove_contact(request: HttpRequest, contact_id: UUID) -> None:
    """Remove a contact person of the caller's own organisation (administrator)."""
    services.remove_contact(contact_id=contact_id, actor=acting(request), now=timezone.now())


@router.post("/organisations/{organisation_id}/end", response={204: None})
def deactivate(request: HttpRequest, organisation_id: UUID, body: PartyReasonIn) -> None:
    """End an organisation's identity, its agents' credentials first (clerk, data authority)."""
    services.deactivate_organisation(
        organisation_id=organisation_id, reason=body.reason, actor=acting(request), now=timezone.now()
    )


@router.get("/identities", response=list[IdentityOut])
def identities(request: HttpRequest) -> object:
    """Return the applications that wait for verification, the oldest first (clerk, data authority)."""
    return list(queries.identity_applications(actor=acting(request)))


@router.post("/identities", response={201: RegistryId})
@idempotent
def apply_for_identity(request: HttpRequest, body: IdentityIn) -> Answer:
    """Apply for an organisation's identity."""
    return created(services.apply_for_identity(draft=body.draft(), actor=acting(request), now=timezone.now()))


@router.get("/identities/{application_id}", response=IdentityOut)
def identity(request: HttpRequest, application_id: UUID) -> object:
    """Return an application, to its applicant and the office."""
    return queries.identity_application(application_id, actor=acting(request))


@router.post("/identities/{application_id}/verify", response={201: RegistryId})
@idempotent
def verify_identity(request: HttpRequest, application_id: UUID, body: VerificationIn) -> Answer:
    """Verify an application: the organisation is registered and its applicant administers it."""
    made = services.verify_identity(
        application_id=application_id,
        method=body.method,
        evidence=body.evidence,
        actor=acting(request),
        now=timezone.now(),
    )
    return created(made)


@router.post("/identities/{application_id}/refuse", response=IdentityOut)
@idempotent
def refuse_identity(request: HttpRequest, application_id: UUID, body: PartyReasonIn) -> object:
    """Refuse an application with its reason."""
    actor, now = acting(request), timezone.now()
    services.refuse_identity(application_id=application_id, reason=body.reason, actor=actor, now=now)
    return queries.identity_application(application_id, actor=actor)


@router.post("/identities/{application_id}/withdraw", response=IdentityOut)
@idempotent
def withdraw_application(request: HttpRequest, application_id: UUID) -> object:
    """Withdraw one's own application."""
    actor = acting(request)
    services.withdraw_application(application_id=application_id, actor=actor, now=timezone.now())
    return queries.identity_application(application_id, actor=actor)


@router.get("/members/{uuid:organisation_id}", response=list[MemberOut])
def members(request: HttpRequest, organisation_id: UUID) -> object:
    """Return who acts for an organisation, to its own people and the office."""
    return list(queries.members(organisation_id, actor=acting(request)))


@router.post("/members/roles", response={204: None})
def grant_role(request: HttpRequest, body: RoleIn) -> None:
    """Give a member a role, where the caller may."""
    services.grant_role(
        user_id=body.user_id,
        organisation_id=body.organisation_id,
        role=body.role,
        actor=acting(request),
        now=timezone.now(),
    )


@router.post("/members/roles/revoke", response={204: None})
def revoke_role(request: HttpRequest, body: RoleIn) -> None:
    """Take a role from a member, where the caller may, or give up one's own."""
    services.revoke_role(
        user_id=body.user_id,
        organisation_id=body.organisation_id,
        role=body.role,
        actor=acting(request),
        now=timezone.now(),
    )


@router.get("/members/{uuid:organisation_id}/invitations", response=list[InvitationOut])
def invitations(request: HttpRequest, organisation_id: UUID) -> object:
    """Return an organisation's invitations that wait, to whoever may invite."""
    return list(queries.invitations(organisation_id, actor=acting(request), now=timezone.now()))


# Not idempotent: an answer kept for a repeat would keep the secret.
@router.post("/members/invitations", response={201: InvitationMade})
def invite(request: HttpRequest, body: InvitationIn) -> Answer:
    """Invite somebody to act for an organisation; the token is shown this once, and sent to ``email`` if given."""
    made, token = services.invite_member(
        organisation_id=body.organisation_id,
        roles=body.roles,
        label=body.label,
        email=body.email,
        actor=acting(request),
        now=timezone.now(),
    )
    return created(made) | {"token": token}


@router.post("/members/invitations/accept", response={201: RegistryId})
@idempotent
def accept_invitation(request: HttpRequest, body: AcceptIn) -> Answer:
    """Accept an invitation; the answer names the organisation."""
    return created(services.accept_invitation(token=body.token, actor=acting(request), now=timezone.now()))


@router.delete("/members/invitations/{invitation_id}", response={204: None})
def withdraw_invitation(request: HttpRequest, invitation_id: UUID) -> None:
    """Withdraw an invitation that waits."""
    services.withdraw_invitation(invitation_id=invitation_id, actor=acting(request), now=timezone.now())
