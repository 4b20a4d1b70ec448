"""Registration of data property rights (数据产权登记工作指引): applications, rights, objections, office digits."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kernel.fields import EncryptedTextField, PublicIdField
from registry.property_rights import RightState, RightType
from registry.rights import Ground, Right

ENDED = [RightState.REFUSED, RightState.TERMINATED, RightState.CANCELLED, RightState.LAPSED, RightState.SUPERSEDED]


class RightsRegistry(models.Model):
    """An office that registers property rights: the two digits of its region and its own digit, for the codes."""

    office = models.OneToOneField("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=2)
    digit = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "digit"], name="rights_registry_digit_once"),
            models.CheckConstraint(condition=Q(digit__lte=9), name="rights_registry_one_digit"),
        ]

    def __str__(self) -> str:
        return f"SJ{self.region}{self.digit}"


class PropertyRight(models.Model):
    """One registration procedure over the property rights in one product or one resource, and what came of it.

    ``paused_days`` counts the working days of supplements, notice and objections, which the review limit leaves out;
    ``paused_at`` is when the present pause began.
    """

    public_id = PublicIdField()
    number = models.CharField(max_length=20, unique=True)
    type = models.CharField(max_length=16)
    base = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers")
    resource = models.ForeignKey(
        "registry.DataResource", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    product = models.ForeignKey(
        "registry.DataProduct", null=True, blank=True, on_delete=models.PROTECT, related_name="property_rights"
    )
    applicant = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16)
    form = models.JSONField()
    form_sha256 = models.CharField(max_length=64)
    evidence_sha256 = models.CharField(max_length=64)
    unpublished_reason = models.CharField(max_length=1000, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    remarks = models.CharField(max_length=1000, blank=True)
    submitted_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    acceptance_due_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by_silence = models.BooleanField(default=False)
    review_days = models.PositiveSmallIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(default=0)
    review_due_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField(null=True, blank=True)
    notice_ends_at = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=15, null=True, blank=True, unique=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    last_entry = models.UUIDField()
    registered_entry = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(RightState)), name="right_state"),
            models.CheckConstraint(condition=Q(type__in=list(RightType)), name="right_type"),
            models.CheckConstraint(
                condition=Q(resource__isnull=False, product__isnull=True)
                | Q(resource__isnull=True, product__isnull=False),
                name="right_in_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(type=RightType.FIRST, base__isnull=True)
                | (~Q(type=RightType.FIRST) & Q(base__isnull=False)),
                name="right_after_its_first",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("submitted_by")),
                name="right_accepted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | (
                    ~Q(reviewed_by=F("submitted_by")) & (Q(accepted_by__isnull=True) | ~Q(reviewed_by=F("accepted_by")))
                ),
                name="right_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=RightState.REGISTERED)
                | Q(code__isnull=False, registered_entry__isnull=False, valid_until__gt=F("valid_from")),
                name="right_registered_whole",
            ),
            models.UniqueConstraint(
                fields=["base"],
                condition=Q(base__isnull=False) & ~Q(state__in=ENDED) & ~Q(state=RightState.REGISTERED),
                name="right_follower_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "state"], name="right_desk"),
            models.Index(fields=["state", "valid_until"], name="right_lapse"),
        ]

    def __str__(self) -> str:
        return self.number


class RightClaim(models.Model):
    """One party's one right in a registration: which, on which ground, within which bounds (Art 21)."""

    right = models.ForeignKey(PropertyRight, on_delete=models.PROTECT, related_name="claims")
    holder = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    ground = models.CharField(max_length=24, default=Ground.GENERATED)
    bounds = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(Right)), name="right_claim_kind"),
            models.CheckConstraint(condition=Q(ground__in=list(Ground)), name="right_claim_ground"),
            models.UniqueConstraint(fields=["right", "holder", "kind"], name="right_claim_once"),
        ]

    def __str__(self) -> str:
        return f"{self.right_id}:{self.kind}"


class RightObjection(models.Model):
    """An objection to a property right: during its notice (Art 25) or after its registration (Art 29)."""

    public_id = PublicIdField()
    right = models.ForeignKey(PropertyRight, on_delete=models.PROTECT, related_name="objections")
    later = models.BooleanField()
    raised_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    real_name = EncryptedTextField(label="registry.right_objection.real_name")
    evidence = models.CharField(max_length=4000)
    evidence_sha256 = models.CharField(max_length=64)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    notified_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    upheld = models.BooleanField(null=True, blank=True)
    decided_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    entry = models.UUIDField()

    class Meta:
        ordering = ["raised_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(upheld__isnull=True, decided_at__isnull=True)
                | Q(upheld__isnull=False, decided_at__isnull=False),
                name="right_objection_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("raised_by")),
                name="right_objection_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
