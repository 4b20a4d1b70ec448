"""What agencies, operators and authorities fill in of authorised operation, and departments of their lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from registry import catalogue, operation
from registry.evaluation import Indicator
from registry.forms.catalogue import LONG, WordedForm, choices, day_field
from registry.forms.grouped import GroupedForm
from registry.forms.registrations import ConfirmForm, ReasonForm
from registry.lists import SYSTEM_STATE
from registry.selection import CRITERION

BIDS: Final = 3


def _items(form: forms.Form, items: Mapping[str, catalogue.Label]) -> None:
    for key, label in choices(items):
        form.fields[f"item_{key}"] = forms.CharField(
            label=label, max_length=4000, widget=forms.Textarea(attrs=LONG), required=True
        )


def items_of(form: forms.Form) -> dict[str, str]:
    """Return the items that were written, by key."""
    return {name[5:]: text for name, text in form.cleaned_data.items() if name.startswith("item_")}


class PlanForm(WordedForm):
    """A plan with its 12 items (27号 Art 9)."""

    words = {"mode": operation.MODE}
    groups = (
        (_("The plan"), ("name", "mode", "resources", "change_reason")),
        (_("The 12 items of the plan"), tuple(f"item_{key}" for key in operation.PLAN_ITEMS)),
    )
    name = forms.CharField(label=_("Name"), max_length=128)
    mode = forms.ChoiceField(label=_("Mode of authorisation"))
    resources = forms.CharField(
        label=_("Data codes of the resources"),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One in each line"),
    )
    change_reason = forms.CharField(label=_("Reason for the change"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _items(self, operation.PLAN_ITEMS)


class FeasibilityForm(ConfirmForm):
    """The findings of the feasibility study (Art 10)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _items(self, operation.FEASIBILITY_ITEMS)
        self.order_fields([*(f"item_{key}" for key in operation.FEASIBILITY_ITEMS), "confirmed"])


class DecisionNumberForm(ConfirmForm):
    """The collective decision (三重一大)."""

    decision_number = forms.CharField(label=_("Number of the decision"), max_length=64)
    decided_on = day_field(_("Decided on"), required=True)
    field_order = ("decision_number", "decided_on", "confirmed")


class ApprovalForm(ConfirmForm):
    """The deliberation of the government or the ministry."""

    approving_body = forms.CharField(label=_("Approving body"), max_length=128)
    approval_number = forms.CharField(label=_("Number of the deliberation"), max_length=64)
    approved_on = day_field(_("Approved on"), required=True)
    field_order = ("approving_body", "approval_number", "approved_on", "confirmed")


class FilingForm(ConfirmForm):
    """A filing."""

    filing_number = forms.CharField(label=_("Filing number"), max_length=40)
    field_order = ("filing_number", "confirmed")


class ConsentForm(ConfirmForm):
    """A providing unit's answer."""

    granted = forms.TypedChoiceField(
        label=_("Reply"),
        choices=[("yes", _("Consents")), ("no", _("Does not consent"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    number = forms.CharField(label=_("Number of the letter"), max_length=64)
    conditions = forms.CharField(label=_("Conditions"), max_length=500, required=False)
    field_order = ("granted", "number", "conditions", "confirmed")


class SelectionForm(WordedForm):
    """How the operator was chosen, with the weights of the plan's conditions."""

    words = {"method": operation.METHOD}
    groups = (
        (_("The competition"), ("method", "announced_on", "reason")),
        (_("Weights of the conditions"), tuple(f"weight_{key}" for key in CRITERION)),
        (_("The choice"), ("operator",)),
    )
    method = forms.ChoiceField(label=_("Way of competing"))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, help_text=_("Needed where it is no tender")
    )
    announced_on = day_field(_("Announced on"))
    operator = forms.CharField(label=_("Chosen operator's credit code"), max_length=18)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in choices(CRITERION):
            self.fields[f"weight_{key}"] = forms.DecimalField(
                label=_("Weight: %(what)s") % {"what": label}, initial="0.2", min_value=0, max_value=1, decimal_places=6
            )
        self.order_fields(["method", "reason", "announced_on", *(f"weight_{key}" for key in CRITERION), "operator"])

    def weights(self) -> dict[str, Decimal]:
        """Return the weights by criterion."""
        return {str(key): self.cleaned_data[f"weight_{key}"] for key in CRITERION}


class BidForm(forms.Form):
    """One bid with its scores and conflicts."""

    bidder = forms.CharField(label=_("Bidder's credit code"), max_length=18, required=False)
    conflict = forms.CharField(label=_("Declared conflict of interest"), max_length=300, required=False)
    remedy = forms.CharField(label=_("How it was removed"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in choices(CRITERION):
            self.fields[f"score_{key}"] = forms.DecimalField(
                label=label, min_value=0, max_value=100, decimal_places=2, required=False
            )

    def scores(self) -> dict[str, Decimal]:
        """Return the scores by criterion."""
        return {str(key): self.cleaned_data.get(f"score_{key}") or Decimal(0) for key in CRITERION}


BidFormSet: Final = forms.formset_factory(BidForm, extra=BIDS, max_num=200, absolute_max=200, validate_max=True)


class AgreementForm(GroupedForm):
    """An agreement with its 13 items (27号 Art 14); indicators are the usual ones."""

    groups = (
        (
            _("The agreement"),
            (
                *("number", "valid_from", "valid_until", "long_term_reason", "decision_number", "decided_on"),
                *("pass_mark", "resource_ids", "shares"),
            ),
        ),
        (_("The 13 items of the agreement"), tuple(f"item_{key}" for key in operation.AGREEMENT_ITEMS)),
    )

    number = forms.CharField(label=_("Agreement number"), max_length=40)
    resource_ids = forms.MultipleChoiceField(
        label=_("Authorised resources"), widget=forms.CheckboxSelectMultiple, choices=[]
    )
    valid_from = day_field(_("From"), required=True)
    valid_until = day_field(_("Until (exclusive)"), required=True)
    long_term_reason = forms.CharField(label=_("Reason for more than five years"), max_length=500, required=False)
    decision_number = forms.CharField(label=_("Number of the decision"), max_length=64)
    decided_on = day_field(_("Decided on"), required=True)
    pass_mark = forms.DecimalField(label=_("Pass mark"), initial=60, min_value=1, max_value=100, decimal_places=2)
    shares = forms.CharField(
        label=_("Distribution of revenue"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Credit code and share in each line, such as 91350100MA32ABCD12 0.7; shares sum to 1"),
    )

    def __init__(self, *args: Any, resources: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource_ids"].choices = resources  # type: ignore[attr-defined]  # a ChoiceField, as declared
        _items(self, operation.AGREEMENT_ITEMS)


class ExitForm(ReasonForm):
    """The reason for an exit; an agency that orders one without a failed evaluation states a breach."""

    breach = forms.BooleanField(label=_("The reason states a breach of the agreement"), required=False)
    field_order = ["reason", "breach", "confirmed"]


class StartForm(ConfirmForm):
    """The first day of operation."""

    started_on = day_field(_("First day of operation"), required=True)
    field_order = ("started_on", "confirmed")


class EvaluationForm(ConfirmForm):
    """A year's marks on the agreed indicators."""

    year = forms.IntegerField(label=_("Year"), min_value=2025, max_value=2200)
    comment = forms.CharField(label=_("Comment"), max_length=1000, required=False, widget=forms.Textarea(attrs=LONG))

    def __init__(self, *args: Any, indicators: Sequence[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_marks(self, indicators)
        self.order_fields(["year", *(f"mark_{one.key}" for one in indicators), "comment", "confirmed"])


class AppealForm(ConfirmForm):
    """An appeal against an evaluation."""

    appeal = forms.CharField(label=_("Appeal"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    field_order = ("appeal", "confirmed")


class AppealDecisionForm(ConfirmForm):
    """The decision on an appeal, with the marks that stand."""

    decision = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs=LONG))

    def __init__(self, *args: Any, indicators: Sequence[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_marks(self, indicators)
        self.order_fields([*(f"mark_{one.key}" for one in indicators), "decision", "confirmed"])


def add_marks(form: forms.Form, indicators: Sequence[Indicator]) -> None:
    """Give a form a mark for each indicator, with its weight in the label."""
    names = dict(choices({one.key: catalogue.Label(one.name_zh, one.name_en) for one in indicators}))
    for one in indicators:
        form.fields[f"mark_{one.key}"] = forms.DecimalField(
            label=f"{names[one.key]} ({one.weight * 100:.0f}%)", min_value=0, max_value=100, decimal_places=2
        )


def marks_of(form: forms.Form) -> dict[str, Decimal]:
    """Return the marks by indicator."""
    return {name[5:]: mark for name, mark in form.cleaned_data.items() if name.startswith("mark_")}


class AffiliationForm(WordedForm):
    """That another organisation is an affiliate."""

    words = {"relation": operation.RELATION}
    affiliate = forms.CharField(label=_("Affiliate's credit code"), max_length=18)
    relation = forms.ChoiceField(label=_("How it belongs to us"))


class SystemForm(WordedForm):
    """An information system."""

    words = {"network": catalogue.CHANNEL, "state": SYSTEM_STATE}
    name_zh = forms.CharField(label=_("Name"), max_length=128)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    purpose = forms.CharField(label=_("Purpose"), max_length=500, widget=forms.Textarea(attrs=LONG))
    protection_level = forms.IntegerField(label=_("Protection level"), min_value=1, max_value=5)
    network = forms.ChoiceField(label=_("Network"))
    state = forms.ChoiceField(label=_("State"), initial="running")
    built_on = day_field(_("Built on"))
    contact_office = forms.CharField(label=_("Contact office"), max_length=40)
    contact_phone = forms.CharField(label=_("Contact phone"), max_length=20)


class DemandForm(WordedForm):
    """A data demand."""

    words = {"update_frequency": catalogue.UPDATE_FREQUENCY}
    name_zh = forms.CharField(label=_("Name"), max_length=128)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    purpose = forms.CharField(label=_("Purpose"), max_length=500, widget=forms.Textarea(attrs=LONG))
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=300)
    wanted_from = forms.CharField(label=_("Provider's credit code"), max_length=18, required=False)
    wanted_fields = forms.CharField(label=_("Fields wanted"), max_length=1000, required=False)
    update_frequency = forms.ChoiceField(label=_("Updated"))
    wanted_by = day_field(_("Wanted by"))


class DemandAnswerForm(ConfirmForm):
    """The answer to a demand: the resource that meets it, or why it is declined."""

    resource = forms.CharField(
        label=_("Data code of the resource"), max_length=65, required=False, help_text=_("Empty: declined")
    )
    answer = forms.CharField(label=_("Reply"), max_length=500, required=False, widget=forms.Textarea(attrs=LONG))
    field_order = ("resource", "answer", "confirmed")
