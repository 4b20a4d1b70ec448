"""The books: accounts, journals and lines (append-only, balanced by the database), and the monthly settlement."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.fields import MinorAmountField, PublicIdField
from marketplace.books import AccountKind


class Account(models.Model):
    """One account in one currency. ``balance`` is kept by the database as the sum of the account's lines."""

    code = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=16)
    name_zh = models.CharField(max_length=64)
    name_en = models.CharField(max_length=64)
    owner = models.ForeignKey(
        "registry.Organisation", to_field="public_id", on_delete=models.PROTECT, related_name="+", null=True
    )
    balance = MinorAmountField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "currency"], name="account_once"),
            models.CheckConstraint(condition=Q(kind__in=list(AccountKind)), name="account_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


class JournalEntry(models.Model):
    """One movement of money; the ledger entry of the same transaction commits to its lines."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=16)
    order = models.ForeignKey("marketplace.Order", on_delete=models.PROTECT, null=True, related_name="journal")
    happened_at = models.DateTimeField()
    salt = models.BinaryField(max_length=32)
    entry_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["-happened_at"], name="journal_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class JournalLine(models.Model):
    """One debit (positive) or credit (negative) of a journal entry."""

    journal = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    amount = MinorAmountField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="journal_line_amount")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class Settlement(models.Model):
    """One closing of a month: every paid and unsettled order of it, split among the parties."""

    public_id = PublicIdField()
    month = models.DateField()
    run = models.PositiveSmallIntegerField()
    total = MinorAmountField()
    currency = models.CharField(max_length=3)
    closed_at = models.DateTimeField()
    journal = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="settlement")
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "run"], name="settlement_run"),
            models.CheckConstraint(condition=Q(total__gt=0) & Q(month__day=1), name="settlement_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}/{self.run}"


class SettlementLine(models.Model):
    """What one party receives of one order."""

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    order = models.ForeignKey("marketplace.Order", on_delete=models.PROTECT, related_name="settlement_lines")
    party = models.ForeignKey("registry.Organisation", to_field="public_id", on_delete=models.PROTECT, related_name="+")
    share = models.DecimalField(max_digits=9, decimal_places=8)
    amount = MinorAmountField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "party"], name="settled_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="settlement_line_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.amount}"
