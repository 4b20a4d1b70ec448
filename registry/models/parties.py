"""Parties: organisations, the people who act for them, and their API keys."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kernel.fields import EncryptedTextField, PublicIdField


class Organisation(models.Model):
    """A legal or non-legal organisation, registered once under its unified social credit code (GB 32100).

    ``identity_type`` and ``verification_method`` are codes of `registry.identity`; ``deactivated_at`` ends its use.
    """

    public_id = PublicIdField()
    uscc = models.CharField(max_length=18, unique=True)
    name_zh = models.CharField(max_length=128)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=32)
    region = models.CharField(max_length=6, blank=True)
    level = models.CharField(max_length=16, blank=True)
    identity_type = models.CharField(max_length=1, default="4")
    verification_method = models.CharField(max_length=1, default="0")
    legal_representative = EncryptedTextField(label="registry.organisation.legal_representative")
    legal_representative_id = EncryptedTextField(label="registry.organisation.legal_representative_id")
    registered_at = models.DateTimeField()
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deactivation_reason = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return self.name_zh


class ContactPerson(models.Model):
    """A person an organisation names as its contact: stored encrypted, read by its own people and the office."""

    public_id = PublicIdField()
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="contacts")
    duty = models.CharField(max_length=64)
    name = EncryptedTextField(label="registry.contact.name")
    phone = EncryptedTextField(label="registry.contact.phone")
    id_number = EncryptedTextField(label="registry.contact.id_number")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.public_id)


class User(AbstractUser):
    """A person's account; what it may do comes from its memberships."""

    display_name = models.CharField(max_length=64, blank=True)


class PersonIdentity(models.Model):
    """How far a person is known (NDI—TR—2025—03), stored encrypted; the index finds the same document twice."""

    public_id = PublicIdField()
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="identity")
    level = models.CharField(max_length=1, default="0")
    method = models.CharField(max_length=1, default="2")
    real_name = EncryptedTextField(label="registry.person.real_name")
    phone = EncryptedTextField(label="registry.person.phone")
    id_number = EncryptedTextField(label="registry.person.id_number")
    id_index = models.CharField(max_length=64, null=True, blank=True, unique=True)
    stated_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.public_id)


class Membership(models.Model):
    """A role that a user holds in an organisation, and how it came about (`registry.identity.AgentMethod`)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=32)
    method = models.CharField(max_length=1, default="0")
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "role"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.organisation_id}:{self.role}"


class OrganisationApplication(models.Model):
    """A new user's application for an organisation's identity; several may wait for one code, and reserve nothing."""

    public_id = PublicIdField()
    uscc = models.CharField(max_length=18, db_index=True)
    name_zh = models.CharField(max_length=128)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=32)
    region = models.CharField(max_length=6)
    level = models.CharField(max_length=16)
    legal_representative = EncryptedTextField(label="registry.application.legal_representative")
    legal_representative_id = EncryptedTextField(label="registry.application.legal_representative_id")
    contact_name = EncryptedTextField(label="registry.application.contact_name")
    contact_phone = EncryptedTextField(label="registry.application.contact_phone")
    method = models.CharField(max_length=1)
    letter_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    evidence = models.CharField(max_length=400, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "organisation application"
        constraints = [
            models.UniqueConstraint(
                fields=["uscc", "submitted_by"], condition=Q(state="pending"), name="application_pending_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.uscc}:{self.state}"


class Invitation(models.Model):
    """An invitation to act for an organisation: its token is stored as a hash and is used once."""

    public_id = PublicIdField()
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    roles = ArrayField(models.CharField(max_length=32))
    label = EncryptedTextField(label="registry.invitation.label")
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.public_id)


class InvitationMail(models.Model):
    """The e-mail that carries an invitation: unsent it is the queue; sent, it has forgotten address and token."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="mail")
    mail_id = PublicIdField()
    email = EncryptedTextField(label="registry.invitation_mail.email", row="mail_id")
    token = EncryptedTextField(label="registry.invitation_mail.token", row="mail_id")
    queued_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.mail_id)


class ApiKey(models.Model):
    """An organisation's API key: only its hash is stored; it acts as its user, no wider than its scopes."""

    public_id = PublicIdField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12, blank=True)
    scopes = ArrayField(models.CharField(max_length=32), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "api key"

    def __str__(self) -> str:
        return self.label
