"""What holders and operators fill in of resources and products, and of what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry import catalogue, deposit, quality, rights
from registry.forms.grouped import GroupedForm
from registry.grade import Assessment, Harm, Object
from registry.types import FieldView

LONG: Final = {"rows": 3}
HARMS: Final = (
    ("", _("Not affected")),
    (Harm.NONE, _("No harm")),
    (Harm.GENERAL, _("General harm")),
    (Harm.SERIOUS, _("Serious harm")),
    (Harm.ESPECIALLY_SERIOUS, _("Especially serious harm")),
)
OBJECTS: Final = {
    Object.NATIONAL_SECURITY: _("National security"),
    Object.ECONOMIC_OPERATION: _("Economic operation"),
    Object.SOCIAL_ORDER: _("Social order"),
    Object.PUBLIC_INTEREST: _("Public interest"),
    Object.ORGANISATION_RIGHTS: _("Rights of organisations"),
    Object.PERSONAL_RIGHTS: _("Rights of individuals"),
}


def choices(words: Mapping[Any, catalogue.Label], *, blank: bool = False) -> list[tuple[str, str]]:
    """Return an enumeration as choices in the reader's language."""
    chinese = (get_language() or "zh").startswith("zh")
    listed = [(str(code), label.name_zh if chinese else label.name_en) for code, label in words.items()]
    return [("", "—"), *listed] if blank else listed


def day_field(label: Any, *, required: bool = False) -> forms.DateField:
    """Return a field for a day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


def _text(
    label: Any, longest: int, *, long: bool = False, required: bool = True, help_text: Any = ""
) -> forms.CharField:
    widget = forms.Textarea(attrs=LONG) if long else forms.TextInput()
    return forms.CharField(label=label, max_length=longest, required=required, widget=widget, help_text=help_text)


class WordedForm(GroupedForm):
    """A form some of whose fields are enumerations, named in the reader's language."""

    words: Mapping[str, Mapping[Any, catalogue.Label]] = {}
    optional_words: Mapping[str, Mapping[Any, catalogue.Label]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in self.words.items():
            self.fields[name].choices = choices(words)  # type: ignore[attr-defined]  # a ChoiceField, as declared
        for name, words in self.optional_words.items():
            self.fields[name].choices = choices(words, blank=True)  # type: ignore[attr-defined]  # a ChoiceField


class ResourceForm(WordedForm):
    """A data resource as its holder declares it (NDI—TR—2025—06 A.1, GB/T 43697, 权责清单)."""

    words = catalogue.RESOURCE_WORDS
    optional_words = {"channel": catalogue.CHANNEL}
    groups = (
        (_("What it is"), ("name_zh", "name_en", "abstract_zh", "abstract_en", "industry", "library", "format")),
        (
            _("Source, extent and updates"),
            (
                *("data_source", "update_frequency", "source_note", "coverage", "region", "time_from", "time_until"),
                *("size", "size_unit", "records", "personal_information"),
            ),
        ),
        (_("Sharing and openness"), ("sharing", "sharing_condition", "openness", "open_condition", "channel")),
        (_("Classification: who would be harmed, and how much"), tuple(f"harm_{thing}" for thing in OBJECTS)),
        (
            _("Who answers for it (权责清单)"),
            (
                *("contact_office", "contact_phone", "security_officer", "owner", "manager", "shared_from", "users"),
                *("others", "reason"),
            ),
        ),
    )
    name_zh = _text(_("Name"), 128, help_text=_("Place – field – name, such as 福建省-卫生健康-住院费用"))
    name_en = _text(_("Name in English"), 200)
    abstract_zh = _text(_("Abstract"), 1024, long=True)
    abstract_en = _text(_("Abstract in English"), 1024, long=True)
    industry = forms.ChoiceField(label=_("Industry"))
    library = forms.ChoiceField(label=_("Library"))
    format = _text(_("Format"), 24)
    data_source = forms.ChoiceField(label=_("Source"))
    source_note = _text(_("How it was obtained"), 500, required=False)
    update_frequency = forms.ChoiceField(label=_("Updated"))
    coverage = _text(_("Coverage"), 64)
    region = forms.RegexField(label=_("Region code"), regex="^[0-9]{6}$", required=False, help_text="GB/T 2260")
    time_from = day_field(_("Data from"))
    time_until = day_field(_("Data until"))
    size = forms.DecimalField(label=_("Size"), max_digits=16, decimal_places=2, min_value=0, required=False)
    size_unit = forms.ChoiceField(
        label=_("Unit of size"), required=False, choices=[("", "—"), *((one, one) for one in catalogue.SizeUnit)]
    )
    records = forms.IntegerField(label=_("Records"), min_value=0, required=False)
    personal_information = forms.BooleanField(label=_("It contains personal information"), required=False)
    sharing = forms.ChoiceField(label=_("Sharing"))
    sharing_condition = _text(_("Condition of sharing"), 300, required=False)
    openness = forms.ChoiceField(label=_("Openness"))
    open_condition = _text(_("Condition of opening"), 300, required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    owner = _text(_("Owner's credit code"), 18, required=False, help_text=_("Empty: the holder itself"))
    manager = _text(_("Manager's credit code"), 18, required=False, help_text=_("Empty: the holder itself"))
    users = _text(_("Users' credit codes"), 2000, required=False, long=True, help_text=_("One in each line"))
    shared_from = _text(
        _("Providing unit's credit code"),
        18,
        required=False,
        help_text=_("If it was obtained by government sharing; operating it then needs that unit's consent"),
    )
    security_officer = _text(_("Accountable security person (post)"), 64, required=False)
    contact_office = _text(_("Contact office"), 40)
    contact_phone = _text(_("Contact phone"), 20)
    others = _text(_("Remarks"), 2048, long=True, required=False)
    reason = _text(_("Reason for the change"), 500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for thing, label in OBJECTS.items():
            self.fields[f"harm_{thing}"] = forms.ChoiceField(label=label, choices=HARMS, required=False)

    def assessments(self) -> tuple[Assessment, ...]:
        """Return the findings that were made."""
        found = ((thing, self.cleaned_data.get(f"harm_{thing}")) for thing in Object)
        return tuple(Assessment(thing, Harm(harm)) for thing, harm in found if harm)


class ColumnForm(WordedForm):
    """One column of a resource."""

    words = {"sensitivity": catalogue.SENSITIVITY}
    name = forms.CharField(label=_("Field"), max_length=128, required=False)
    type = forms.CharField(label=_("Type"), max_length=40, required=False)
    description_zh = forms.CharField(label=_("Meaning"), max_length=300, required=False)
    description_en = forms.CharField(label=_("Meaning in English"), max_length=300, required=False)
    sensitivity = forms.ChoiceField(label=_("Sensitivity"), initial="internal", required=False)


ColumnFormSet: Final = forms.formset_factory(ColumnForm, extra=3, max_num=500, absolute_max=500, validate_max=True)


def columns_of(rows: Any) -> tuple[FieldView, ...]:
    """Return the columns of a valid set of column forms, those without a name left out."""
    filled = (one.cleaned_data for one in rows.forms if one.cleaned_data.get("name"))
    return tuple(
        FieldView(
            name=row["name"],
            type=row["type"],
            description_zh=row["description_zh"],
            description_en=row["description_en"],
            sensitivity=row["sensitivity"] or catalogue.Sensitivity.INTERNAL,
        )
        for row in filled
    )


class ProductForm(WordedForm):
    """A data product as its operator declares it (NDI—TR—2025—06 A.2)."""

    words = catalogue.PRODUCT_WORDS
    groups = (
        (
            _("What it is"),
            ("name_zh", "name_en", "product_type", "industry", "description_zh", "description_en"),
        ),
        (_("What it is made of"), ("resource_ids", "base_product_ids")),
        (
            _("Delivery and limits"),
            ("delivery_method", "update_frequency", "data_subject", "personal_information", "limitations"),
        ),
        (_("Extent"), ("time_from", "time_until", "region", "size", "size_unit")),
        (
            _("Contact and remarks"),
            ("contact_name", "contact_phone", "provider_description", "others", "reason"),
        ),
    )
    name_zh = _text(_("Name"), 128)
    name_en = _text(_("Name in English"), 200)
    resource_ids = forms.MultipleChoiceField(
        label=_("Resources it is made of"), widget=forms.CheckboxSelectMultiple, choices=[]
    )
    base_product_ids = forms.MultipleChoiceField(
        label=_("Delivered products it develops further"),
        required=False,
        choices=[],
        help_text=_("Not of one's own, nor of an affiliate (27号 Art 6)"),
    )
    product_type = forms.ChoiceField(label=_("Kind of product"))
    industry = forms.ChoiceField(label=_("Industry"))
    description_zh = _text(_("Description"), 1024, long=True)
    description_en = _text(_("Description in English"), 1024, long=True)
    delivery_method = forms.ChoiceField(label=_("Delivery"))
    limitations = _text(_("Limits of use"), 2048, long=True)
    data_subject = forms.ChoiceField(label=_("Whose data"), initial="03")
    update_frequency = forms.ChoiceField(label=_("Updated"))
    personal_information = forms.BooleanField(label=_("It contains personal information"), required=False)
    time_from = day_field(_("Data from"))
    time_until = day_field(_("Data until"))
    region = _text(_("Region"), 12, required=False)
    size = forms.DecimalField(label=_("Size"), max_digits=16, decimal_places=2, min_value=0, required=False)
    size_unit = forms.ChoiceField(
        label=_("Unit of size"), required=False, choices=[("", "—"), *((one, one) for one in catalogue.SizeUnit)]
    )
    provider_description = _text(_("About the provider"), 1024, long=True, required=False)
    contact_name = _text(_("Contact"), 10, required=False)
    contact_phone = _text(_("Contact phone"), 11, required=False)
    others = _text(_("Remarks"), 2048, long=True, required=False)
    reason = _text(_("Reason for the change"), 500, required=False)

    def __init__(
        self, *args: Any, resources: list[tuple[str, str]], products: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource_ids"].choices = resources  # type: ignore[attr-defined]  # a ChoiceField, as declared
        self.fields["base_product_ids"].choices = products  # type: ignore[attr-defined]  # a ChoiceField, as declared


class RightForm(WordedForm):
    """One of the three rights of one party."""

    words = {"right": rights.RIGHT, "ground": rights.GROUND}
    party = _text(_("Party's credit code"), 18)
    right = forms.ChoiceField(label=_("Right"))
    ground = forms.ChoiceField(label=_("Ground"))
    scope = _text(_("Scope"), 500, long=True)
    valid_from = day_field(_("From"), required=True)
    valid_until = day_field(_("Until (exclusive)"))
    others_consent = forms.BooleanField(label=_("The other parties consent in writing"), required=False)


class QualityForm(forms.Form):
    """Quality as the holder states it: percentages of the six figures of GB/T 36344."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for figure, label in choices(quality.FIGURE):
            self.fields[figure] = forms.DecimalField(
                label=f"{label} (%)", min_value=0, max_value=100, max_digits=7, decimal_places=4, required=False
            )

    def figures(self) -> dict[str, Any]:
        """Return what was stated, as shares."""
        return {name: value / 100 for name, value in self.cleaned_data.items() if value is not None}


class DepositForm(WordedForm):
    """A file to deposit."""

    words = {"kind": deposit.DEPOSIT_KIND}
    kind = forms.ChoiceField(label=_("What it is for"))
    file = forms.FileField(
        label=_("File"), help_text=_("PDF, OFD, PNG, JPEG, XLSX or DOCX, at most 10 MB; kept for 20 years")
    )


class ImportForm(forms.Form):
    """A file of many rows."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV (UTF-8 or GB 18030) or XLSX without macros, at most 16 MB and 50,000 rows")
    )
