"""What people fill in along the procedure, from survey to fee. Figures stay text until the rules read them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from pricing.parameters import ENTERABLE
from pricing.units import MEASURES, UNIT_NAMES, ChargingForm, Scenario

LONG = forms.Textarea(attrs={"rows": 3})
FIGURE = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
FORM_WORDS = {
    ChargingForm.PER_ITEM: _("per item"),
    ChargingForm.PER_CALL: _("per call"),
    ChargingForm.PER_PERIOD: _("per period"),
    ChargingForm.PER_VOLUME: _("per volume"),
    ChargingForm.PER_BUDGET: _("per privacy budget"),
    ChargingForm.PER_ENCRYPTED_QUERY: _("per encrypted query"),
    ChargingForm.PER_MODEL_CALL: _("per model call"),
}
SCENARIO_WORDS = {
    Scenario.INDUSTRY: _("Industry development: charged"),
    Scenario.PUBLIC_GOVERNANCE: _("Public governance: free"),
    Scenario.PUBLIC_INTEREST: _("Public interest: free"),
}


def priced_by(pairs: Sequence[tuple[ChargingForm, str]]) -> list[tuple[str, Any]]:
    """Return the choices of form and unit for a list of prices."""
    return [(f"{form}|{unit}", f"{FORM_WORDS[form]} · {unit_name(unit)}") for form, unit in pairs]


def unit_name(unit: str) -> str:
    """Return a unit such as 元/次 in the reader's language."""
    chinese = (get_language() or "zh").startswith("zh")
    return unit if chinese else UNIT_NAMES.get(unit, unit)


def every_form() -> list[tuple[str, Any]]:
    """Return every form with each of its units, each once."""
    return priced_by([(form, unit) for form in ChargingForm for unit in MEASURES[form].units if unit in UNIT_NAMES])


class CalculatorForm(forms.Form):
    """What to calculate a price for."""

    priced = forms.ChoiceField(label=_("Charged"))
    quantity = forms.CharField(label=_("Quantity"), max_length=40, widget=FIGURE, initial="1000")
    scenario = forms.ChoiceField(label=_("Used for"), choices=[(s.value, word) for s, word in SCENARIO_WORDS.items()])
    on = forms.DateField(
        label=_("Day"),
        widget=DAY,
        required=False,
        validators=[MinValueValidator(date(2025, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
        help_text=_("Today when left empty; another day by the prices at its end."),
    )

    def __init__(self, *args: Any, prices: Sequence[tuple[ChargingForm, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["priced"] = forms.ChoiceField(label=_("Charged"), choices=priced_by(prices))


class ConfirmForm(forms.Form):
    """A legal act, confirmed by name."""

    confirmed = forms.BooleanField(label=_("I have checked the above and do this in my own name."))


class ReasonForm(ConfirmForm):
    """A legal act with its reason."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=LONG)
    field_order = ["reason", "confirmed"]


class SurveyForm(forms.Form):
    """A year's costs, as a table, with the totals of the books."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2999)
    table = forms.CharField(
        label=_("Cost lines (CSV)"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        max_length=1_000_000,
        help_text=_(
            "First row: head,use,amount,note. Heads: platform, processing, staff, acquisition, period, other:<name>. "
            "Use: industry or public."
        ),
        required=False,
    )
    sheet = forms.FileField(label=_("Cost lines (XLSX)"), required=False, help_text=_("Read instead of the table."))
    subsidy = forms.CharField(label=_("Government subsidy, yuan"), max_length=40, widget=FIGURE, initial="0")
    books_total = forms.CharField(label=_("Total of the books, yuan"), max_length=40, widget=FIGURE)
    confirmed = forms.BooleanField(label=_("The figures agree with the separate accounts of the authorised operation."))


class EvidenceForm(forms.Form):
    """A file handed in with a survey."""

    file = forms.FileField(
        label=pgettext_lazy("pricing", "File"), help_text=_("PDF, PNG, JPEG, XLSX or OFD, at most 10 MB.")
    )


class ParameterForm(ConfirmForm):
    """A parameter's new row."""

    name = forms.ChoiceField(label=_("Parameter"), choices=[(name, name) for name in ENTERABLE])
    value = forms.CharField(label=pgettext_lazy("pricing", "Value"), max_length=40, widget=FIGURE)
    jurisdiction = forms.CharField(label=_("Jurisdiction"), max_length=6, help_text=_("CN or six digits."))
    document = forms.CharField(label=pgettext_lazy("pricing", "Document"), max_length=80)
    article = forms.CharField(label=pgettext_lazy("pricing", "Article"), max_length=40)
    source = forms.CharField(label=pgettext_lazy("pricing", "Source"), max_length=400)
    valid_from = forms.DateField(label=_("First day"), widget=DAY)
    field_order = ["name", "value", "jurisdiction", "document", "article", "source", "valid_from", "confirmed"]


class ApplicationForm(ConfirmForm):
    """The authorising body's written application."""

    application = forms.CharField(label=_("Written application"), max_length=4000, widget=LONG)
    field_order = ["application", "confirmed"]


class AdjustmentForm(ConfirmForm):
    """What the surveyor accepts of a line."""

    amount = forms.CharField(label=_("Accepted amount, yuan"), max_length=40, widget=FIGURE)
    reason = forms.CharField(label=_("Reason"), max_length=400, widget=LONG)
    field_order = ["amount", "reason", "confirmed"]


class DecisionForm(forms.Form):
    """What the price authority fixes beside the survey."""

    bond_yield = forms.CharField(
        label=_("Average 10-year bond yield, %"),
        max_length=40,
        widget=FIGURE,
        required=False,
        help_text=_("Of the year before the cost survey; left empty, the mean that the parameters hold."),
    )
    bond_yield_source = forms.CharField(label=_("Source of the yield"), max_length=400, required=False)
    add_on = forms.CharField(
        label=_("Add-on s, percentage points"), max_length=40, widget=FIGURE, help_text=_("From 0 to 6.")
    )
    tax = forms.CharField(
        label=_("Tax, yuan"),
        max_length=40,
        widget=FIGURE,
        initial="0",
        required=False,
        help_text=_("Left empty, by the tax rate in the parameters."),
    )
    tax_source = forms.CharField(label=_("Source of the tax"), max_length=400, required=False)
    previous_excess = forms.CharField(
        label=_("Excess of the last cycle, yuan"), max_length=40, widget=FIGURE, initial="0"
    )
    excess_deducted = forms.CharField(
        label=_("Deducted in this cycle, yuan"),
        max_length=40,
        widget=FIGURE,
        required=False,
        help_text=_("All of the excess when left empty; a large excess may be spread over cycles."),
    )
    assessment = forms.CharField(
        label=_("Assessment that a basis for pricing exists"), max_length=4000, widget=LONG, required=False
    )


class ConcurrenceForm(ConfirmForm):
    """The cycle for which a decision takes effect."""

    valid_from = forms.DateField(label=_("First day"), widget=DAY, required=False)
    years = forms.IntegerField(label=_("Years"), min_value=1, max_value=10, initial=3)
    cycle_reason = forms.CharField(label=_("Reason for more than 3 years"), max_length=400, required=False)
    field_order = ["valid_from", "years", "cycle_reason", "confirmed"]


class PriceForm(forms.Form):
    """A price: charging form with its unit, and yuan per unit, flat or in tiers."""

    priced = forms.ChoiceField(label=_("Charged"), choices=every_form)
    price = forms.CharField(
        label=_("Price, yuan per unit"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("One price such as 0.12, or cumulative tiers, one to a line: 0:0.20, then 1000:0.10."),
    )


class FeeForm(PriceForm):
    """A fee the operator sets."""

    confirmed = forms.BooleanField(label=_("I have checked the above and do this in my own name."))


class CeilingForm(PriceForm):
    """A ceiling the authorising body sets."""

    product = forms.ChoiceField(label=_("Product"))
    expected_quantity = forms.CharField(label=_("Expected quantity per customer"), max_length=40, widget=FIGURE)
    customers = forms.IntegerField(label=_("Customers"), min_value=1, max_value=1_000_000, initial=1)
    confirmed = forms.BooleanField(label=_("I have checked the above and do this in my own name."))
    field_order = ["product", "priced", "price", "expected_quantity", "customers", "confirmed"]

    def __init__(self, *args: Any, products: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"] = forms.ChoiceField(label=_("Product"), choices=list(products))


class ScenarioForm(forms.Form):
    """A use that a buyer declares."""

    scenario = forms.ChoiceField(label=_("Used for"), choices=[(s.value, word) for s, word in SCENARIO_WORDS.items()])
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=128)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    purpose = forms.CharField(label=_("Purpose"), max_length=2000, widget=LONG)


class ConfirmationForm(ConfirmForm):
    """The agency's confirmation of a use."""

    reduction = forms.CharField(label=_("Reduction in per cent"), max_length=40, widget=FIGURE, initial="0")
    reason = forms.CharField(label=_("Reason for the reduction"), max_length=400, required=False)
    field_order = ["reduction", "reason", "confirmed"]
