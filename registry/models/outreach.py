"""What the public does with the registry: open data plans and access, subscriptions to notices, reports."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kernel.fields import EncryptedTextField, PublicIdField
from registry.outreach import AccessState, OpeningState, ReportState


class OpeningPlan(models.Model):
    """A dated plan to open a resource to the public, with its conditions if any; one runs at a time."""

    public_id = PublicIdField()
    resource = models.ForeignKey("registry.DataResource", on_delete=models.PROTECT, related_name="openings")
    planned_on = models.DateField()
    conditional = models.BooleanField()
    conditions_zh = models.CharField(max_length=1000, blank=True)
    conditions_en = models.CharField(max_length=1000, blank=True)
    address = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=16, default=OpeningState.PLANNED)
    planned_at = models.DateTimeField()
    opened_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    entry = models.UUIDField()

    class Meta:
        ordering = ["planned_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(OpeningState)), name="opening_state"),
            models.CheckConstraint(
                condition=Q(conditional=False) | ~Q(conditions_zh=""), name="opening_conditions_said"
            ),
            models.CheckConstraint(
                condition=~Q(state=OpeningState.OPENED) | Q(opened_on__isnull=False), name="opening_has_its_day"
            ),
            models.UniqueConstraint(
                fields=["resource"], condition=~Q(state=OpeningState.WITHDRAWN), name="opening_once_per_resource"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class AccessRequest(models.Model):
    """An organisation's request for a conditionally open resource, and its holder's decision."""

    public_id = PublicIdField()
    opening = models.ForeignKey(OpeningPlan, on_delete=models.PROTECT, related_name="requests")
    applicant = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=1000)
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=16, default=AccessState.PENDING)
    decided_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    entry = models.UUIDField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(AccessState)), name="access_state"),
            models.UniqueConstraint(
                fields=["opening", "applicant"], condition=Q(state=AccessState.PENDING), name="access_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="access_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class NoticeSubscription(models.Model):
    """Someone's wish to get public notices by e-mail; ``secret_sha256`` is the hash of what its links carry."""

    public_id = PublicIdField()
    email = EncryptedTextField(label="registry.notice_subscription.email")
    email_index = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    holder = models.ForeignKey(
        "registry.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    region = models.CharField(max_length=6, blank=True)
    industry = models.CharField(max_length=1, blank=True)
    secret_sha256 = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email_index", "holder", "region", "industry"],
                condition=Q(ended_at__isnull=True),
                name="subscription_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class NoticeMail(models.Model):
    """One e-mail to one subscriber: the request to confirm, or one notice; a row that is not sent is the queue."""

    subscription = models.ForeignKey(NoticeSubscription, on_delete=models.PROTECT, related_name="mails")
    registration = models.ForeignKey(
        "registry.Registration", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    right = models.ForeignKey(
        "registry.PropertyRight", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField(max_length=200)
    body = EncryptedTextField(label="registry.notice_mail.body", row="mail_id")
    mail_id = PublicIdField()
    queued_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "registration"], name="notice_mail_once"),
            models.UniqueConstraint(fields=["subscription", "right"], name="right_mail_once"),
        ]
        indexes = [models.Index(fields=["queued_at"], condition=Q(sent_at__isnull=True), name="notice_mail_waiting")]

    def __str__(self) -> str:
        return str(self.mail_id)


class InformationReport(models.Model):
    """A report that a resource or product shows personal information; text and contact stay sealed."""

    public_id = PublicIdField()
    number = models.CharField(max_length=20, unique=True)
    resource = models.ForeignKey(
        "registry.DataResource", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    product = models.ForeignKey(
        "registry.DataProduct", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place = models.CharField(max_length=200)
    text = EncryptedTextField(label="registry.information_report.text")
    contact = EncryptedTextField(label="registry.information_report.contact")
    state = models.CharField(max_length=16, default=ReportState.RECEIVED)
    reported_at = models.DateTimeField()
    measure = models.CharField(max_length=24, blank=True)
    answer_zh = models.CharField(max_length=1000, blank=True)
    answer_en = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    entry = models.UUIDField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ReportState)), name="report_state"),
            models.CheckConstraint(
                condition=Q(resource__isnull=False, product__isnull=True)
                | Q(resource__isnull=True, product__isnull=False),
                name="report_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.RECEIVED, answered_at__isnull=True)
                | (~Q(state=ReportState.RECEIVED) & ~Q(answer_zh="") & Q(answered_at__isnull=False)),
                name="report_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.number
