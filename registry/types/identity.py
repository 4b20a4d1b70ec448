"""What people state of an organisation or of themselves when they register their identity."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDraft:
    """An organisation's application: code, names, kind, place, representative, contact, and how to verify it.

    ``method`` is a code of `registry.identity.VerificationMethod`; ``letter_sha256`` the hash of the letter that
    authorises the applicant, or empty.
    """

    uscc: str
    name_zh: str
    name_en: str
    kind: str
    region: str
    level: str
    legal_representative: str
    legal_representative_id: str
    contact_name: str
    contact_phone: str
    method: str
    letter_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDraft:
    """A contact person: duty, name, phone, and ID number where one is needed."""

    duty: str
    name: str
    phone: str
    id_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDraft:
    """What a person states of oneself."""

    real_name: str
    phone: str
    id_number: str


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact person; the ID number is masked."""

    id: UUID
    duty: str
    name: str
    phone: str
    id_number: str


@dataclass(frozen=True, slots=True)
class ProfileView:
    """An organisation's identity as its own people and the office read it; numbers of persons are masked."""

    id: UUID
    uscc: str
    name_zh: str
    name_en: str
    kind: str
    region: str
    level: str
    identity_type: str
    verification_method: str
    status: str
    legal_representative: str
    legal_representative_id: str
    registered_at: datetime
    deactivated_at: datetime | None
    contacts: tuple[ContactView, ...]


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role of a member: how it came about and since when."""

    role: str
    method: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class MemberView:
    """A person who acts for an organisation."""

    user_id: int
    username: str
    display_name: str
    roles: tuple[HeldRole, ...]
    second_factor: bool
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation that waits."""

    id: UUID
    label: str
    roles: tuple[str, ...]
    invited_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An organisation's application; its persons' numbers in full, for those who verify them."""

    id: UUID
    uscc: str
    name_zh: str
    name_en: str
    kind: str
    region: str
    level: str
    legal_representative: str
    legal_representative_id: str
    contact_name: str
    contact_phone: str
    method: str
    letter_sha256: str
    state: str
    submitted_at: datetime
    decided_at: datetime | None
    reason: str
    organisation_id: UUID | None


@dataclass(frozen=True, slots=True)
class KeyView:
    """An API key without its secret: ``hint`` is how it begins."""

    id: UUID
    label: str
    hint: str
    username: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """A key as a request presents it: whom it acts as, and what it may be used for."""

    id: UUID
    actor: Actor
    scopes: tuple[str, ...]
    use_unnoted: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """What a person stated of oneself; the ID number is masked."""

    real_name: str
    phone: str
    id_number: str
    level: str
    method: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session in which a person is logged in."""

    id: int
    address: str
    program: str
    begun_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """The second factors a person has enrolled."""

    totp: bool
    passkeys: int
    recovery_codes: bool

    @property
    def any(self) -> bool:
        """Whether there is one that proves anything."""
        return self.totp or self.passkeys > 0
