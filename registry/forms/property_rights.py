"""What people fill in to register data property rights (Annex 1), and the office in reviewing them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry import catalogue
from registry.forms.grouped import GroupedForm
from registry.forms.outreach import industries
from registry.property_rights import Area, DataForm, RightType, SourceKind
from registry.rights import GROUND, RIGHT, Ground, Right
from registry.types import RightClaimed, RightForm

LONG = {"rows": 4}
TYPES = {
    RightType.FIRST: _("First registration"),
    RightType.TRANSFER: _("Transfer"),
    RightType.CHANGE: _("Change"),
    RightType.RENEWAL: _("Renewal of the term"),
    RightType.CANCELLATION: _("Cancellation"),
}
SOURCES = {
    SourceKind.COLLECTED: _("Collected or generated"),
    SourceKind.CRAWLED: _("Collected from public sources by program"),
    SourceKind.AGREED: _("Obtained by agreement"),
    SourceKind.DERIVED: _("Derived creation"),
}
AREAS = {
    Area.INTERNATIONAL: _("International"),
    Area.NATIONAL: _("National"),
    Area.PROVINCE: _("Province"),
    Area.CITY: _("City"),
    Area.COUNTY: _("County or district"),
    Area.BELOW: _("Below the county"),
}
FORMS = {
    DataForm.TABLE: _("Table"),
    DataForm.TEXT: _("Text"),
    DataForm.PICTURE: _("Picture"),
    DataForm.VIDEO: _("Video"),
    DataForm.AUDIO: _("Audio"),
    DataForm.OTHER: _("Other"),
}


def _named(labels: Any) -> list[tuple[str, str]]:
    english = not (get_language() or "zh").startswith("zh")
    return [(code, label.name_en if english else label.name_zh) for code, label in labels.items()]


def _frequencies() -> list[tuple[str, str]]:
    return _named(catalogue.UPDATE_FREQUENCY)


def _rights() -> list[tuple[str, str]]:
    return _named(RIGHT)


def _grounds() -> list[tuple[str, str]]:
    return _named(GROUND)


class PropertyRightForm(GroupedForm):
    """The application form of Annex 1 for the applicant's own rights; several holders go through the API."""

    groups = (
        (_("The application"), ("type", "base_code", "office_id")),
        (_("What it is"), ("name_zh", "name_en", "overview_zh", "overview_en", "industry", "form", "volume")),
        (_("Source and extent"), ("source", "area", "time_coverage", "update_frequency", "limitations")),
        (_("Rights"), ("rights", "ground", "bounds", "years")),
        (_("Evidence and notice"), ("evidence_sha256", "unpublished_reason")),
    )

    type = forms.ChoiceField(label=_("Type of registration"), choices=list(TYPES.items()))
    base_code = forms.CharField(
        label=_("Code of the right it acts upon"),
        max_length=15,
        required=False,
        help_text=_("SJ…; not for a first one"),
    )
    office_id = forms.ChoiceField(label=_("Registry office"))
    name_zh = forms.CharField(
        label=_("Name of the data, in Chinese"), max_length=128, help_text=_("At most 40 characters are advised.")
    )
    name_en = forms.CharField(label=_("Name of the data, in English"), max_length=300)
    overview_zh = forms.CharField(
        label=_("Overview, in Chinese"),
        max_length=1024,
        widget=forms.Textarea(attrs=LONG),
        help_text=_("At most 400 characters are advised."),
    )
    overview_en = forms.CharField(label=_("Overview, in English"), max_length=1024, widget=forms.Textarea(attrs=LONG))
    industry = forms.ChoiceField(label=_("Industry"), choices=industries)
    source = forms.ChoiceField(label=_("Where the data comes from"), choices=list(SOURCES.items()))
    area = forms.ChoiceField(label=_("Area covered"), choices=list(AREAS.items()))
    time_coverage = forms.CharField(label=_("Time covered"), max_length=100)
    update_frequency = forms.ChoiceField(label=_("Update frequency"), choices=_frequencies)
    volume = forms.CharField(label=_("Volume"), max_length=100)
    form = forms.ChoiceField(label=_("Form of the data"), choices=list(FORMS.items()))
    limitations = forms.CharField(label=_("Limits"), max_length=300)
    rights = forms.MultipleChoiceField(
        label=_("Rights to register"), choices=_rights, widget=forms.CheckboxSelectMultiple
    )
    ground = forms.ChoiceField(label=_("On which ground"), choices=_grounds)
    bounds = forms.CharField(label=_("Bounds of the rights"), max_length=300, required=False)
    years = forms.IntegerField(label=_("Term in years"), min_value=1, max_value=5, initial=5)
    evidence_sha256 = forms.RegexField(
        label=_("SHA-256 of the evidence deposit"), regex=r"^[0-9a-f]{64}$", max_length=64
    )
    unpublished_reason = forms.CharField(
        label=_("Why the notice should be left out, if at all"), max_length=1000, required=False
    )

    def __init__(self, *args: Any, offices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        office = self.fields["office_id"]
        assert isinstance(office, forms.ChoiceField)
        office.choices = offices

    def claims(self, holder_id: UUID) -> tuple[RightClaimed, ...]:
        """Return the applicant's claims, one per right chosen."""
        given = self.cleaned_data
        ground, bounds = Ground(given["ground"]), given["bounds"]
        return tuple(
            RightClaimed(holder_id=holder_id, right=Right(one), ground=ground, bounds=bounds) for one in given["rights"]
        )

    def right_form(self) -> RightForm:
        """Return the fields of Annex 1."""
        return RightForm(**{name: self.cleaned_data[name] for name in RightForm.__dataclass_fields__})


class RightActForm(forms.Form):
    """An office's act on a right: what it needs to say."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs=LONG))
    remarks = forms.CharField(label=_("Remarks on the certificate"), max_length=1000, required=False)
    days = forms.IntegerField(label=_("Working days"), min_value=1, max_value=10)
    evidence_sha256 = forms.RegexField(
        label=_("SHA-256 of the evidence deposit"), regex=r"^[0-9a-f]{64}$", max_length=64
    )

    def __init__(self, *args: Any, wanted: tuple[str, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in [one for one in self.fields if one not in wanted]:
            del self.fields[name]


class RightDecisionForm(forms.Form):
    """A decision on an objection to a right."""

    upheld = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("", "—"), ("yes", _("Upheld")), ("no", _("Dismissed"))],
        coerce=lambda value: value == "yes",
    )
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs=LONG))
