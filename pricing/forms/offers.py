"""What people fill in around the procedure: plans, promotions, sharing, valuation, contacts, changes of law.

Lists are written as people write them, one to a line; `pairs` reads them and the rules check what they say.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pricing.articles import Change
from pricing.forms.procedure import DAY, FIGURE, ConfirmForm, priced_by
from pricing.plans import PlanKind
from pricing.units import ChargingForm

ROWS = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"})
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
PLAN_WORDS = {
    PlanKind.VOLUME: _("Volume: a quantity to use up"),
    PlanKind.TIME: _("Time: a period of use"),
    PlanKind.SUBSCRIPTION: _("Subscription: a period that renews and is billed each time"),
}
PLAN_KINDS = {
    PlanKind.VOLUME: pgettext_lazy("plan", "Volume"),
    PlanKind.TIME: pgettext_lazy("plan", "Time"),
    PlanKind.SUBSCRIPTION: pgettext_lazy("plan", "Subscription"),
}
CHANGE_WORDS = {
    Change.AMENDED: pgettext_lazy("law", "Amended"),
    Change.REPEALED: pgettext_lazy("law", "Repealed"),
    Change.ENACTED: pgettext_lazy("law", "Enacted"),
}
CONFIRMED = "confirmed"


def pairs(text: str) -> list[tuple[str, str]]:
    """Return lines of ``name: value`` as pairs, in order; a line without a colon has an empty value."""
    lines = [line.strip() for line in text.replace("：", ":").splitlines()]
    cut = [line.rpartition(":") if ":" in line else (line, "", "") for line in lines if line]
    return [(name.strip(), value.strip()) for name, _colon, value in cut]


def items(text: str) -> list[str]:
    """Return what stands between commas, Chinese or not."""
    return [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]


class PlanForm(ConfirmForm):
    """A quantity of one form and unit for one price."""

    kind = forms.ChoiceField(label=_("Kind of plan"), choices=list(PLAN_WORDS.items()))
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60)
    priced = forms.ChoiceField(label=_("Charged"))
    quantity = forms.CharField(label=_("Quantity"), max_length=40, widget=FIGURE)
    price = forms.CharField(label=_("Price of the plan, yuan"), max_length=40, widget=FIGURE)
    field_order = ["kind", "name_zh", "name_en", "priced", "quantity", "price", CONFIRMED]

    def __init__(self, *args: Any, prices: Sequence[tuple[ChargingForm, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["priced"].choices = priced_by(prices)  # type: ignore[attr-defined]  # a ChoiceField


class PromotionForm(ConfirmForm):
    """A reduction of every charge between two moments."""

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60)
    percent = forms.CharField(label=_("Reduction in per cent"), max_length=40, widget=FIGURE)
    valid_from = forms.DateTimeField(label=pgettext_lazy("pricing", "Begins"), widget=MOMENT)
    valid_until = forms.DateTimeField(label=pgettext_lazy("pricing", "Ends"), widget=MOMENT)
    field_order = ["name_zh", "name_en", "percent", "valid_from", "valid_until", CONFIRMED]


class AmountForm(ConfirmForm):
    """An amount to share by the agreement's fixed shares."""

    amount = forms.CharField(label=_("Amount to share, yuan"), max_length=40, widget=FIGURE)
    field_order = ["amount", CONFIRMED]


class SharingForm(AmountForm):
    """An amount to share by contribution, and the measure of what each resource contributes."""

    values = forms.CharField(
        label=_("Worth of every group"),
        widget=ROWS,
        required=False,
        max_length=200_000,
        help_text=_("One group to a line, such as R1, R2: 40. Up to 12 resources; the empty group is worth 0."),
    )
    weights = forms.CharField(
        label=_("Or weights of what is covered"),
        widget=ROWS,
        required=False,
        max_length=100_000,
        help_text=_("One item to a line, such as days: 2."),
    )
    coverage = forms.CharField(
        label=_("What each resource covers"),
        widget=ROWS,
        required=False,
        max_length=100_000,
        help_text=_("One resource to a line, such as R1: days, costs."),
    )
    floors = forms.CharField(label=_("Floors, per cent"), widget=ROWS, required=False, max_length=4000)
    caps = forms.CharField(label=_("Caps, per cent"), widget=ROWS, required=False, max_length=4000)
    seed = forms.CharField(
        label=_("Seed"), max_length=60, required=False, help_text=_("Beyond 12 resources orders are sampled from it.")
    )
    field_order = ["amount", "values", "weights", "coverage", "floors", "caps", "seed", CONFIRMED]

    def measure(self) -> dict[str, Any]:
        """Return the measure as the service takes it."""
        given = self.cleaned_data
        found: dict[str, Any] = {name: dict(pairs(given[name])) for name in ("floors", "caps") if given[name]}
        if given["seed"]:
            found["seed"] = given["seed"]
        groups = [(",".join(sorted(items(group))), worth) for group, worth in pairs(given["values"])]
        if any(worth for _group, worth in groups):
            return found | {"values": {"": "0", **dict(groups)}}
        covered = {name: items(listed) for name, listed in pairs(given["coverage"])}
        return found | {"measure": {"weights": dict(pairs(given["weights"])), "resources": covered}}


class ValuationForm(ConfirmForm):
    """The approaches used in a valuation, each with its rows; one left empty is not used."""

    cost_rows = forms.CharField(
        label=_("Cost approach: costs to make it again, yuan"),
        widget=ROWS,
        required=False,
        max_length=20_000,
        help_text=_("One cost to a line, such as development: 1000000.00."),
    )
    cost_profit = forms.CharField(label=_("Reasonable profit, per cent"), required=False, initial="0", widget=FIGURE)
    cost_obsolescence = forms.CharField(label=_("Obsolescence, per cent"), required=False, initial="0", widget=FIGURE)
    cost_weight = forms.CharField(label=_("Weight of the cost approach, per cent"), required=False, widget=FIGURE)
    income_rows = forms.CharField(
        label=_("Income approach: net income of each coming year, yuan"),
        widget=ROWS,
        required=False,
        max_length=20_000,
        help_text=_("One year to a line, the next year first."),
    )
    income_share = forms.CharField(label=_("Share due to the data, per cent"), required=False, widget=FIGURE)
    income_rate = forms.CharField(label=_("Discount rate, per cent"), required=False, widget=FIGURE)
    income_weight = forms.CharField(label=_("Weight of the income approach, per cent"), required=False, widget=FIGURE)
    market_rows = forms.CharField(
        label=_("Market approach: comparable sales, yuan"),
        widget=ROWS,
        required=False,
        max_length=20_000,
        help_text=_("One sale to a line with its adjustments in per cent, such as 甲省同类产品 / 95, 110: 800000.00."),
    )
    market_weight = forms.CharField(label=_("Weight of the market approach, per cent"), required=False, widget=FIGURE)
    field_order = [
        *("cost_rows", "cost_profit", "cost_obsolescence", "cost_weight"),
        *("income_rows", "income_share", "income_rate", "income_weight"),
        *("market_rows", "market_weight", CONFIRMED),
    ]

    def approaches(self) -> dict[str, Any]:
        """Return the approaches as the service takes them."""
        given = {name: value.strip() if isinstance(value, str) else value for name, value in self.cleaned_data.items()}
        found: dict[str, Any] = {}
        if given["cost_rows"]:
            rows = [{"name": name, "amount": amount} for name, amount in pairs(given["cost_rows"])]
            rates = {"profit": given["cost_profit"] or "0", "obsolescence": given["cost_obsolescence"] or "0"}
            found["cost"] = {"rows": rows, **rates}
        if given["income_rows"]:
            years = [{"net_income": line.strip()} for line in given["income_rows"].splitlines() if line.strip()]
            found["income"] = {"rows": years, "share": given["income_share"] or "100", "rate": given["income_rate"]}
        if given["market_rows"]:
            found["market"] = {"rows": [_sale(name, price) for name, price in pairs(given["market_rows"])]}
        found["weights"] = {name: given[f"{name}_weight"] for name in ("cost", "income", "market") if name in found}
        return found


def _sale(name: str, price: str) -> dict[str, Any]:
    called, _slash, adjusted = name.partition("/")
    return {"name": called.strip(), "price": price, "adjustments": items(adjusted)}


class ContactForm(ConfirmForm):
    """How the public reaches an organisation."""

    address = forms.CharField(label=_("Address"), max_length=200)
    postcode = forms.CharField(label=_("Postcode"), max_length=6)
    email = forms.CharField(label=_("E-mail"), max_length=120)
    telephone = forms.CharField(label=_("Telephone"), max_length=40)
    person = forms.CharField(label=_("Contact person"), max_length=60, required=False)
    field_order = ["address", "postcode", "email", "telephone", "person", CONFIRMED]


class ArticleForm(ConfirmForm):
    """What becomes of a clause from a day on."""

    change = forms.ChoiceField(label=_("What happens"), choices=list(CHANGE_WORDS.items()))
    document = forms.CharField(label=pgettext_lazy("pricing", "Document"), max_length=80)
    article = forms.CharField(label=pgettext_lazy("pricing", "Article"), max_length=40)
    title = forms.CharField(label=pgettext_lazy("pricing", "What it says"), max_length=200)
    source = forms.CharField(label=pgettext_lazy("pricing", "Source"), max_length=400)
    valid_from = forms.DateField(label=_("First day"), widget=DAY)
    valid_until = forms.DateField(label=_("First day no longer in force"), widget=DAY, required=False)
    field_order = ["change", "document", "article", "title", "source", "valid_from", "valid_until", CONFIRMED]


def every_group(codes: Iterable[str]) -> str:
    """Return the lines of an empty table of groups for a few resources, smallest groups first."""
    groups: list[tuple[str, ...]] = [()]
    for code in sorted(codes):
        groups += [(*group, code) for group in groups]
    return "\n".join(f"{', '.join(group)}: " for group in sorted(groups[1:], key=lambda one: (len(one), one)))
