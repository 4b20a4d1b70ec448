"""What pages ask of people."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pricing.types import FeeView
from pricing.units import MEASURES, UNIT_NAMES, ChargingForm, Scenario

SCENARIOS: Final = [
    (Scenario.INDUSTRY, _("Use by industry")),
    (Scenario.PUBLIC_GOVERNANCE, _("Public governance (free once the agency has confirmed the use)")),
    (Scenario.PUBLIC_INTEREST, _("Public interest (free once the agency has confirmed the use)")),
]
LARGEST_REQUEST: Final = 16 * 1024 * 1024


def in_language(zh: str, en: str) -> str:
    """Return the name in the reader's language, the other where that one is missing."""
    chinese = (get_language() or "zh").startswith("zh")
    return (zh or en) if chinese else (en or zh)


class PurchaseForm(forms.Form):
    """How much of a product, in which charging form, for what use."""

    priced = forms.ChoiceField(label=_("Charging form"))
    quantity = forms.DecimalField(
        label=_("Quantity"), min_value=Decimal("0.000001"), max_digits=20, decimal_places=6, initial=1
    )
    scenario = forms.ChoiceField(label=_("Use"), choices=SCENARIOS, initial=Scenario.INDUSTRY)

    def __init__(self, *args: Any, fees: Iterable[FeeView], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(f"{fee.form}|{fee.unit}", _priced(fee)) for fee in fees]
        self.fields["priced"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if choices:
            self.fields["priced"].initial = choices[0][0]

    def purchase(self) -> dict[str, Any]:
        """Return the arguments of a quote or an order."""
        form, _, unit = self.cleaned_data["priced"].partition("|")
        return {
            "form": ChargingForm(form),
            "unit": unit,
            "quantity": self.cleaned_data["quantity"],
            "scenario": Scenario(self.cleaned_data["scenario"]),
        }


def _priced(fee: FeeView) -> str:
    measure = MEASURES[fee.form]
    price = f"{fee.unit_price.normalize():f}"
    unit = in_language(fee.unit, UNIT_NAMES.get(fee.unit, fee.unit))
    return f"{in_language(measure.method_zh, measure.method_en)} · {price} {unit}"


class PlanOrderForm(forms.Form):
    """What a plan is bought for."""

    scenario = forms.ChoiceField(label=_("Use"), choices=SCENARIOS, initial=Scenario.INDUSTRY)
    confirmed = forms.BooleanField(label=_("I have checked the plan and its price and order it for my organisation."))


class QuestionForm(forms.Form):
    """Dimensions, measures, filters and budget of a question, as the product's policy offers them."""

    group_by = forms.MultipleChoiceField(label=_("Group by"), widget=forms.CheckboxSelectMultiple, required=False)
    sums = forms.MultipleChoiceField(label=_("Sum of"), widget=forms.CheckboxSelectMultiple, required=False)
    rho = forms.DecimalField(
        label=_("Privacy budget (ρ)"),
        help_text=_("More budget, less noise. All licensees share one budget for each version of the data."),
        min_value=Decimal("0.000001"),
        max_digits=10,
        decimal_places=6,
    )

    def __init__(
        self, *args: Any, policy: Mapping[str, Any], columns: Iterable[Mapping[str, Any]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        described = {column["name"]: column for column in columns}
        rules = policy["columns"]
        dimensions = [name for name, rule in rules.items() if rule.get("domain") and rule["class"] != "hidden"]
        summable = [name for name, rule in rules.items() if rule.get("clamp") and rule["class"] == "aggregate"]
        grouping = [name for name in dimensions if rules[name]["class"] in ("group", "aggregate", "public")]
        self._offer("group_by", grouping, described)
        self._offer("sums", summable, described)
        self.fields["rho"].initial = Decimal(policy["rho"]["default"])
        self.dimensions = dimensions
        for name in dimensions:
            self._filter(name, rules[name]["domain"], described.get(name, {}))

    def plan(self) -> dict[str, Any]:
        """Return the question in the query language."""
        given = self.cleaned_data
        chosen = {name: given[f"in_{name}"] for name in self.dimensions if given[f"in_{name}"]}
        return {
            "group_by": [{"dim": name} for name in given["group_by"]],
            "measures": [{"op": "count"}, *({"op": "sum", "col": name} for name in given["sums"])],
            "filter": [{"dim": name, "in": list(codes)} for name, codes in chosen.items()],
            "rho": f"{given['rho'].normalize():f}",
        }

    @property
    def filters(self) -> list[forms.BoundField]:
        """The fields that narrow the question."""
        return [self[f"in_{name}"] for name in self.dimensions]

    def _offer(self, field: str, names: Iterable[str], described: Mapping[str, Mapping[str, Any]]) -> None:
        choices = [(name, _named(described.get(name, {}), name)) for name in names]
        self.fields[field].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField

    def _filter(self, name: str, codes: Iterable[str], column: Mapping[str, Any]) -> None:
        labels = {item["code"]: item for item in column.get("domain", ())}
        self.fields[f"in_{name}"] = forms.MultipleChoiceField(
            label=_named(column, name),
            choices=[(code, _named(labels.get(code, {}), code)) for code in codes],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )


def _named(thing: Mapping[str, Any], fallback: str) -> str:
    return in_language(thing.get("name_zh", ""), thing.get("name_en", "")) or fallback


class LookupForm(forms.Form):
    """The request file that the client made."""

    request_file = forms.FileField(label=_("Request file (request.bin)"), max_length=200)

    def clean_request_file(self) -> Any:
        """Refuse a file larger than any request can be."""
        given = self.cleaned_data["request_file"]
        if given.size > LARGEST_REQUEST:
            raise forms.ValidationError(_("The file is larger than any request can be."))
        return given


class MonthForm(forms.Form):
    """The month to close: any of its days."""

    month = forms.DateField(
        label=_("A day of the month"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


class RefundForm(forms.Form):
    """How much to give back, in yuan, and why."""

    amount = forms.DecimalField(label=_("Amount (yuan)"), min_value=Decimal("0.01"), max_digits=15, decimal_places=2)
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=400)
