"""What registrants, clerks, reviewers and objectors fill in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.types import Materials

LONG = forms.Textarea(attrs={"rows": 3})


class ConfirmForm(forms.Form):
    """A legal act, confirmed by name."""

    confirmed = forms.BooleanField(label=_("I have checked the above and do this in my own name."))


class ReasonForm(ConfirmForm):
    """A legal act against someone: its reason first, then the confirmation."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=LONG)
    field_order = ["reason", "confirmed"]


class ObjectionForm(forms.Form):
    """An objection during public notice."""

    real_name = forms.CharField(label=_("Your real name"), max_length=64)
    evidence = forms.CharField(
        label=_("Objection and evidence"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Only the registry office reads this; the ledger keeps a hash of it."),
    )


class DecisionForm(ConfirmForm):
    """The decision on an objection."""

    upheld = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("no", _("Dismissed: the registration goes on")), ("yes", _("Upheld: the registration ends"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=LONG)
    field_order = ["upheld", "reason", "confirmed"]


class ApplicationForm(forms.Form):
    """The materials of a first registration, one statement each (Art 9(1))."""

    office = forms.ChoiceField(label=_("Registry office"))
    subject = forms.CharField(label=_("Registrant"), max_length=2000, widget=LONG)
    lawful_source = forms.CharField(label=_("Lawful source of the data"), max_length=2000, widget=LONG)
    situation = forms.CharField(label=_("State of the data resource"), max_length=2000, widget=LONG)
    evidence = forms.CharField(label=_("Evidence deposit"), max_length=2000, widget=LONG)
    evidence_sha256 = forms.RegexField(
        label=_("SHA-256 of the deposited evidence"), regex="^[0-9a-f]{64}$", help_text=_("64 hexadecimal digits")
    )
    products = forms.CharField(label=_("Products and services"), max_length=2000, widget=LONG)
    scenarios = forms.CharField(label=_("Scenarios of use"), max_length=2000, widget=LONG)
    risk_assessment = forms.CharField(label=_("Data security risk assessment"), max_length=2000, widget=LONG)
    operated_on = forms.DateField(
        label=_("First day of authorised operation, if it has begun"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    confirmed = forms.BooleanField(
        label=_("The internal review is done; we answer for truth, completeness, lawfulness and validity (Art 7).")
    )

    def __init__(self, *args: object, offices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments, passed through
        self.fields["office"].choices = offices  # type: ignore[attr-defined]  # a ChoiceField, as declared above

    def materials(self) -> Materials:
        """Return the materials handed in."""
        plain = {name: value for name, value in self.cleaned_data.items() if name not in {"office", "confirmed"}}
        return Materials(**plain)
