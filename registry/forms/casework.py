"""What applicants fill in step by step, and what an office enters for itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry import catalogue
from registry.amendments import FIELDS, PRODUCT, RESOURCE, WORDS
from registry.forms.registrations import ConfirmForm
from registry.policy import QUESTIONS, Setting
from registry.procedures import PROCEDURES, STATEMENTS, Kind, Words
from registry.types import Papers

LONG = forms.Textarea(attrs={"rows": 6})
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
COLUMN_PARTS = ("name", "type", "description_zh", "description_en", "sensitivity")
FIELD_WORDS: Mapping[str, Any] = {
    "name_zh": _("Name in Chinese"),
    "name_en": _("Name in English"),
    "abstract_zh": _("Summary in Chinese"),
    "abstract_en": _("Summary in English"),
    "description_zh": _("Description in Chinese"),
    "description_en": _("Description in English"),
    "industry": _("Industry"),
    "format": _("Format"),
    "data_source": _("Source of the data"),
    "sharing": _("Sharing"),
    "openness": _("Openness"),
    "update_frequency": _("Update frequency"),
    "library": _("Library"),
    "coverage": _("Coverage"),
    "contact_office": _("Contact office"),
    "contact_phone": _("Contact telephone"),
    "delivery_method": _("Delivery"),
    "limitations": _("Limitations"),
    FIELDS: _("Data items"),
}


def said(words: Words) -> str:
    """Return words in the reader's language."""
    return words.zh if (get_language() or "zh").startswith("zh") else words.en


def label_of(entry: object) -> str:
    """Return a catalogue label in the reader's language."""
    chinese = (get_language() or "zh").startswith("zh")
    own = getattr(entry, "zh" if chinese else "en", None)
    return str(own or getattr(entry, "name_zh" if chinese else "name_en", entry))


_LABELS: Mapping[str, Mapping[Any, Any]] = {
    "industry": catalogue.INDUSTRY,
    "data_source": catalogue.DATA_SOURCE,
    "sharing": catalogue.SHARING_TYPE,
    "openness": catalogue.OPEN_TYPE,
    "update_frequency": catalogue.UPDATE_FREQUENCY,
    "library": catalogue.LIBRARY_KIND,
    "delivery_method": catalogue.DELIVERY_METHOD,
}


class StatementForm(forms.Form):
    """One statement of an application."""

    text = forms.CharField(max_length=2048, widget=LONG)

    def __init__(self, *args: Any, step: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = said(STATEMENTS[step])


class DepositForm(forms.Form):
    """The deposit's hash, and since when the data is operated."""

    evidence_sha256 = forms.RegexField(
        label=_("SHA-256 of the deposited evidence"), regex="^[0-9a-f]{64}$", help_text=_("64 hexadecimal digits")
    )
    operated_on = forms.DateField(
        label=_("First day of authorised operation, if it has begun"), required=False, widget=DAY
    )


class GroundForm(forms.Form):
    """The ground of a cancellation or revocation."""

    ground = forms.ChoiceField(label=_("Ground"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, said(words)) for key, words in PROCEDURES[Kind(kind)].grounds.items()]
        self.fields["ground"] = forms.ChoiceField(label=_("Ground"), choices=choices, widget=forms.RadioSelect)


class YearsForm(forms.Form):
    """How long a renewal shall last."""

    years = forms.IntegerField(label=_("Years"), min_value=1, max_value=100, initial=3)


class ChangesForm(forms.Form):
    """The record as it shall be: what differs from what is registered is the change."""

    def __init__(self, *args: Any, present: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present
        for name, value in present.items():
            self.fields[name] = _field(name, value)

    def changes(self) -> dict[str, Any]:
        """Return the fields whose values differ from the present ones."""
        found = {
            name: _columns(text) if name == FIELDS else text
            for name, text in self.cleaned_data.items()
            if text not in ("", None)
        }
        return {name: value for name, value in found.items() if value != self.present[name]}

    def clean(self) -> dict[str, Any]:
        """Return the cleaned data; refuse columns that are not five parts each."""
        cleaned = super().clean() or {}
        if cleaned.get(FIELDS) and _columns(cleaned[FIELDS]) is None:
            self.add_error(FIELDS, _("Each line is: name | type | Chinese | English | public, internal or sensitive."))
        return cleaned


def _field(name: str, value: Any) -> forms.Field:
    label = FIELD_WORDS[name]
    if name == FIELDS:
        text = "\n".join(" | ".join(str(one[part]) for part in COLUMN_PARTS) for one in value)
        hint = _("Each line is: name | type | Chinese | English | public, internal or sensitive.")
        widget = forms.Textarea(attrs={"rows": 8})
        return forms.CharField(label=label, required=False, initial=text, widget=widget, help_text=hint)
    if name in WORDS:
        choices = [(str(key), label_of(entry)) for key, entry in _LABELS[name].items()]
        return forms.ChoiceField(label=label, choices=choices, initial=value, required=False)
    widest = forms.Textarea(attrs={"rows": 3}) if len(str(value)) > 80 else forms.TextInput()
    return forms.CharField(label=label, initial=value, required=False, max_length=2048, widget=widest)


def _columns(text: str) -> list[dict[str, str]] | None:
    rows = [[part.strip() for part in line.split("|")] for line in text.splitlines() if line.strip()]
    if any(len(row) != len(COLUMN_PARTS) for row in rows):
        return None
    return [dict(zip(COLUMN_PARTS, row, strict=True)) for row in rows]


def amendable(subject_kind: str) -> tuple[str, ...]:
    """Return the fields a change may touch."""
    return PRODUCT if subject_kind == "product" else (*RESOURCE, FIELDS)


class PartiesForm(forms.Form):
    """Joint subjects of an application: one organisation code a line, and its agreement's hash if it has agreed."""

    parties = forms.CharField(
        label=_("Joint subjects"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: unified social credit code, and the SHA-256 of the agreement where there is one."),
    )

    def lines(self) -> list[tuple[str, str]]:
        """Return codes and agreement hashes."""
        parts = [line.split() for line in self.cleaned_data["parties"].splitlines() if line.split()]
        return [(part[0], part[1] if len(part) > 1 else "") for part in parts]


class CaseForm(ConfirmForm):
    """A case the office opens: ground, facts found, proof."""

    ground = forms.ChoiceField(label=_("Ground"))
    field_order = ["ground", "confirmed"]

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        procedure = PROCEDURES[Kind(kind)]
        grounds = {key: words for key, words in procedure.grounds.items() if key != "given_up"}
        self.statements = procedure.statements
        choices = [(key, said(words)) for key, words in grounds.items()]
        self.fields["ground"] = forms.ChoiceField(label=_("Ground"), choices=choices, widget=forms.RadioSelect)
        for step in procedure.statements:
            self.fields[step] = forms.CharField(label=said(STATEMENTS[step]), max_length=2048, widget=LONG)
        self.order_fields(["ground", *procedure.statements, "confirmed"])

    def papers(self) -> Papers:
        """Return the papers of the case."""
        statements = {step: self.cleaned_data[step] for step in self.statements}
        return Papers(statements=statements, ground=self.cleaned_data["ground"])


class ReviewForm(ConfirmForm):
    """Passing the review of a correction: whether the evidence proves the error."""

    proven = forms.BooleanField(label=_("The evidence proves the error (Art 9(3))."), required=False)
    field_order = ["proven", "confirmed"]


class AssignForm(forms.Form):
    """Who is to do the work."""

    user_id = forms.TypedChoiceField(label=_("Colleague"), coerce=int)

    def __init__(self, *args: Any, colleagues: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user_id"] = forms.TypedChoiceField(label=_("Colleague"), choices=colleagues, coerce=int)


class PolicyForm(forms.Form):
    """An office's reading of an open question, from a day on."""

    value = forms.ChoiceField(label=_("Reading"), widget=forms.RadioSelect)
    in_force_from = forms.DateField(label=_("In force from"), widget=DAY)
    source = forms.CharField(label=_("Document"), max_length=200)

    def __init__(self, *args: Any, setting: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chinese = (get_language() or "zh").startswith("zh")
        readings = [(one.value, one.zh if chinese else one.en) for one in QUESTIONS[setting].readings]
        self.fields["value"] = forms.ChoiceField(label=_("Reading"), choices=readings, widget=forms.RadioSelect)
        self.order_fields(["value", "in_force_from", "source"])


class LimitForm(forms.Form):
    """A province's own limit, from a day on."""

    value = forms.IntegerField(label=_("Limit"), min_value=1, max_value=1000)
    document = forms.CharField(label=_("Document number"), max_length=80)
    article = forms.CharField(label=_("Article"), max_length=30)
    in_force_from = forms.DateField(label=_("In force from"), widget=DAY)
    source = forms.CharField(label=_("Where it is published"), max_length=200)


class DeskFilterForm(forms.Form):
    """What of a desk is wanted."""

    text = forms.CharField(label=_("Number, name or registrant"), required=False, max_length=60)
    state = forms.ChoiceField(label=_("State"), required=False)
    kind = forms.ChoiceField(label=_("Type"), required=False)
    whose = forms.ChoiceField(label=_("Whose"), required=False, choices=[("", _("Everybody's")), ("mine", _("Mine"))])

    def __init__(self, *args: Any, states: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(one.value, said(procedure.words)) for one, procedure in PROCEDURES.items()]
        self.fields["state"] = forms.ChoiceField(
            label=_("State"), required=False, choices=[("", _("Every state")), *states]
        )
        self.fields["kind"] = forms.ChoiceField(
            label=_("Type"), required=False, choices=[("", _("Every type")), *kinds]
        )
        self.order_fields(["text", "state", "kind", "whose"])


def plain(value: object, field: str = "") -> str:
    """Return a changed value of a field as people read it: a word for a code, columns as their names and types."""
    label = _LABELS.get(field, {}).get(value)
    if label is not None:
        return label_of(label)
    if isinstance(value, list):
        return "；".join(f"{one['name']}:{one['type']}" for one in value if isinstance(one, dict))
    return str(value) if not isinstance(value, dict) else json.dumps(value, ensure_ascii=False)
