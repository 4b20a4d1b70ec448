"""What registrants, clerks, reviewers and objectors fill in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

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
