"""What the public fills in: search, subscriptions, access, reports; and what holders answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry import catalogue
from registry.outreach import Measure

LONG = {"rows": 4}
MEASURES = {
    Measure.NOTHING_FOUND: _("Nothing personal was found"),
    Measure.DESCRIPTION_CORRECTED: _("The description was corrected"),
    Measure.FIELD_WITHDRAWN: _("The field was withdrawn"),
    Measure.RESOURCE_SUSPENDED: _("The resource was suspended"),
}


def industries() -> list[tuple[str, Any]]:
    """Return the industries as choices in the page's language, after a choice of all."""
    english = not (get_language() or "zh").startswith("zh")
    named = [(code, label.name_en if english else label.name_zh) for code, label in catalogue.INDUSTRY.items()]
    return [("", _("All industries")), *named]


class BoardForm(forms.Form):
    """What the notice board is narrowed by."""

    text = forms.CharField(label=_("Name or registrant"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", _("All kinds")),
            ("resource", _("Public data resource")),
            ("product", _("Public data product or service")),
            ("right", _("Data property right")),
        ],
    )
    industry = forms.ChoiceField(label=_("Industry"), required=False, choices=industries)
    region = forms.RegexField(label=_("Region code"), regex=r"^\d{2,6}$", max_length=6, required=False)


class SearchForm(forms.Form):
    """Registrations by code, name or holder."""

    text = forms.CharField(
        label=_("Code, name or holder"), max_length=100, help_text=_("Any two characters of a name or holder will do.")
    )


class SubscribeForm(forms.Form):
    """Notices by e-mail."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Stored encrypted, used for notices only, and forgotten when you unsubscribe."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    industry = forms.ChoiceField(label=_("Industry"), required=False, choices=industries)
    region = forms.RegexField(label=_("Region code"), regex=r"^\d{2}(\d{4})?$", max_length=6, required=False)


class OpeningForm(forms.Form):
    """A plan to open a resource."""

    planned_on = forms.DateField(label=_("Open from"), widget=forms.DateInput(attrs={"type": "date"}))
    conditions_zh = forms.CharField(
        label=_("Conditions, in Chinese"), max_length=1000, required=False, widget=forms.Textarea(attrs=LONG)
    )
    conditions_en = forms.CharField(
        label=_("Conditions, in English"), max_length=1000, required=False, widget=forms.Textarea(attrs=LONG)
    )
    address = forms.URLField(label=_("Where it can be had"), max_length=300, required=False, assume_scheme="https")


class PurposeForm(forms.Form):
    """What access is asked for."""

    purpose = forms.CharField(label=_("What you need it for"), max_length=1000, widget=forms.Textarea(attrs=LONG))


class AccessDecisionForm(forms.Form):
    """The holder's decision on a request for access."""

    granted = forms.TypedChoiceField(
        label=_("Approval"),
        choices=[("", "—"), ("yes", _("Grant access")), ("no", _("Refuse"))],
        coerce=lambda value: value == "yes",
    )
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=1000, required=False, widget=forms.Textarea(attrs=LONG))


class ReportForm(forms.Form):
    """A report of personal information."""

    place = forms.CharField(
        label=_("Where it shows"), max_length=200, help_text=_("The field or page; no personal data here, please.")
    )
    text = forms.CharField(
        label=_("What you found"),
        max_length=2000,
        widget=forms.Textarea(attrs=LONG),
        help_text=_("Encrypted at rest; only those who answer read it."),
    )
    contact = forms.CharField(label=_("How to reach you"), max_length=200, required=False)


class AnswerForm(forms.Form):
    """The public answer to a report."""

    measure = forms.ChoiceField(label=_("What was done"), choices=[(one.value, text) for one, text in MEASURES.items()])
    answer_zh = forms.CharField(
        label=_("Public answer, in Chinese"),
        max_length=1000,
        widget=forms.Textarea(attrs=LONG),
        help_text=_("Everybody reads this: no personal data."),
    )
    answer_en = forms.CharField(
        label=_("Public answer, in English"), max_length=1000, required=False, widget=forms.Textarea(attrs=LONG)
    )
