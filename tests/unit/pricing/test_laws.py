"""What must hold for every input: order, exactness, and replays to the same bytes."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.money import Money
from pricing import ceilings, derivation, distribution, fees, figures, formula, parameters, quoting, replay, tariff
from pricing.figures import EXACT
from pricing.tariff import Tier
from pricing.units import ChargingForm

DAY = date(2026, 6, 1)
LIMITS = {
    name: parameters.write(parameters.lookup(name, on=DAY)) for name in (parameters.ADD_ON_FLOOR, parameters.ADD_ON_CAP)
}
yuan = st.integers(0, 10**13).map(lambda fen: Decimal(fen).scaleb(-2))
percent = st.integers(0, 60_000).map(lambda value: Decimal(value).scaleb(-4))
price = st.integers(0, 10**9).map(lambda value: Decimal(value).scaleb(-6))
whole = st.integers(1, 10**7).map(Decimal)


@st.composite
def tariffs(draw):
    steps = draw(st.lists(st.integers(1, 10**6), max_size=4, unique=True).map(sorted))
    return tuple(Tier(Decimal(start), draw(price)) for start in [0, *steps])


def revenue(cost, bond_yield, add_on="1", **more):
    arguments = {
        "costs": [{"head": "platform", "use": "industry", "amount": figures.yuan_text(cost)}],
        "subsidy": "0",
        "bond_yield": figures.text(bond_yield),
        "add_on": add_on,
        "tax": "0",
        "previous_excess": "0",
        "parameters": LIMITS,
    }
    return replay.derive("permitted_revenue", arguments | more)


def value(derived):
    return Decimal(derived.result.value)


@given(yuan, yuan, percent)
def test_permitted_revenue_rises_with_cost(low, high, rate):
    low, high = sorted((low, high))
    assert value(revenue(low, rate)) <= value(revenue(high, rate))


@given(yuan, percent, percent)
def test_permitted_revenue_rises_with_the_yield(cost, low, high):
    low, high = sorted((low, high))
    assert value(revenue(cost, low)) <= value(revenue(cost, high))


@given(yuan, percent)
def test_permitted_revenue_is_exact(cost, rate):
    expected = Fraction(cost) * (1 + (Fraction(rate) + 1) / 100)
    assert Fraction(value(revenue(cost, rate))) == expected


@given(yuan, percent)
def test_replay_is_byte_identical(cost, rate):
    document = revenue(cost, rate).document
    assert replay.replay(document) == document


def quoted(tiers, quantity, scenario="industry"):
    name = parameters.FREE + scenario
    arguments = {
        "form": "per_call",
        "unit": "元/次",
        "quantity": figures.text(quantity),
        "scenario": scenario,
        "fee": {"id": "f", "kind": "guided", "tiers": tariff.write(tiers)},
        "ceiling": {"id": "c", "tiers": tariff.write(tiers)},
        "reductions": [],
        "parameters": {name: parameters.write(parameters.lookup(name, on=DAY))},
    }
    return replay.derive("quote", arguments)


@given(tariffs(), whole, st.sampled_from(["industry", "public_interest"]))
def test_quote_and_its_derivation_agree_and_replay(tiers, quantity, scenario):
    derived = quoted(tiers, quantity, scenario)
    charge = quoting.quote(tiers, quantity, free=scenario != "industry")
    assert derived.result.value == figures.yuan_text(charge.total.major)
    assert replay.replay(derived.document) == derived.document


@given(tariffs(), whole, whole)
def test_charges_rise_with_quantity(tiers, low, high):
    low, high = sorted((low, high))
    assert tariff.charge(tiers, low) <= tariff.charge(tiers, high)


@given(tariffs(), whole)
def test_tier_by_tier_equals_unit_by_unit_in_blocks(tiers, quantity):
    blocks = tariff.blocks(tiers, quantity)
    assert sum((block.quantity for block in blocks), Decimal(0)) == quantity
    assert sum((block.amount for block in blocks), Decimal(0)) == tariff.charge(tiers, quantity)


@given(tariffs(), tariffs(), whole)
def test_no_accepted_fee_costs_more_than_its_ceiling(fee, ceiling, quantity):
    try:
        fees.check_under_ceiling(fee, ceiling)
    except fees.FeeAboveCeiling as refused:
        assert refused.fee > refused.ceiling  # noqa: PT017 - either outcome is lawful
    else:
        assert tariff.charge(fee, quantity) <= tariff.charge(ceiling, quantity)


@given(tariffs(), whole, yuan)
def test_accepted_ceilings_stay_within_the_permitted_revenue(tiers, quantity, permitted):
    line = ceilings.CeilingLine("p", "", ChargingForm.PER_CALL, "元/次", tiers, quantity)
    try:
        slack = ceilings.within_permitted_revenue([line], permitted)
    except ceilings.CeilingsExceedPermittedRevenue as refused:
        assert refused.expected > permitted  # noqa: PT017 - either outcome is lawful
    else:
        assert Decimal(slack.value) + line.revenue == permitted
        assert Decimal(slack.value) >= 0


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_split_sums_to_the_fen(fen, weights):
    whole_weight = sum(weights)
    if whole_weight == 0:
        weights, whole_weight = [1, *weights[1:]], 1
    parts = distribution.apportion(
        Money(fen), {f"p{index}": Fraction(weight, whole_weight) for index, weight in enumerate(weights)}
    )
    assert sum(part.minor for part in parts.values()) == fen
    for index, weight in enumerate(weights):
        assert abs(parts[f"p{index}"].minor - Fraction(fen * weight, whole_weight)) < 1


@given(st.integers(1, 4), st.data())
def test_shapley_equals_the_mean_over_all_orders(count, data):
    parties = [f"p{index}" for index in range(count)]
    worth = {}

    def worth_of(group):
        return worth.setdefault(group, Fraction(data.draw(st.integers(0, 100))) if group else Fraction(0))

    shares = distribution.shapley(parties, worth_of)
    orders = list(permutations(parties))
    for name in parties:
        gains = [worth_of(frozenset(o[: o.index(name) + 1])) - worth_of(frozenset(o[: o.index(name)])) for o in orders]
        assert shares[name] == sum(gains, Fraction(0)) / len(orders)
    assert sum(shares.values(), Fraction(0)) == worth_of(frozenset(parties))


@given(
    st.lists(st.integers(0, 100), min_size=2, max_size=6),
    st.lists(st.integers(0, 15), min_size=6, max_size=6),
    st.lists(st.integers(60, 100), min_size=6, max_size=6),
)
def test_bounded_shares_keep_floors_and_caps(weights, floors, caps):
    names = [f"p{index}" for index in range(len(weights))]
    low = {name: Fraction(value, 100) for name, value in zip(names, floors, strict=False)}
    high = {name: Fraction(value, 100) for name, value in zip(names, caps, strict=False)}
    shares = distribution.bounded({n: Fraction(w) for n, w in zip(names, weights, strict=True)}, low, high)
    assert sum(shares.values()) == 1
    assert all(low[name] <= shares[name] <= high[name] for name in names)


@given(st.text(max_size=12) | st.floats() | st.none() | st.booleans() | st.decimals())
def test_figures_are_read_or_refused_by_name(given_value):
    try:
        found = figures.yuan("amount", given_value)
    except DomainError as refused:
        assert refused.code.startswith("pricing.")  # noqa: PT017 - either outcome is lawful
    else:
        assert 0 <= found <= figures.LARGEST_YUAN
        assert found == EXACT.quantize(found, Decimal("0.01"))


@given(st.integers(-(10**15), 10**15), st.integers(0, 9))
def test_figures_are_written_as_they_are_read(number, places):
    figure = Decimal(number).scaleb(-places)
    assert Decimal(figures.text(figure)) == figure
    assert "E" not in figures.text(figure)


def test_old_derivations_stand_when_the_law_changes():
    document = revenue(Decimal(100), Decimal(2), add_on="6").document
    lower = {**LIMITS, parameters.ADD_ON_CAP: LIMITS[parameters.ADD_ON_CAP] | {"value": "3"}}
    with pytest.raises(formula.AddOnOutsideCap):
        revenue(Decimal(100), Decimal(2), add_on="6", parameters=lower)
    assert replay.replay(document) == document


def test_a_changed_document_replays_to_other_bytes():
    document = revenue(Decimal(100), Decimal(2)).document
    changed = document.replace(b'"value":"103.00"', b'"value":"104.00"')
    assert changed != document
    assert replay.replay(changed) == document


text = st.text(max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | text | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=12,
)
odd = st.recursive(
    plain | st.floats() | st.integers() | st.text("\ud800\udfff\U0001f600\ue000a", max_size=3) | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(text | st.integers() | st.just("\U0001f600"), inner, max_size=2)
    ),
    max_leaves=6,
)


def reference(arguments, node):
    document = {"calculation": "c", "version": 1, "arguments": arguments, "result": derivation.as_mapping(node)}
    return rfc8785.dumps(document)


@given(st.dictionaries(text, plain, max_size=4), text, text)
def test_derivations_are_written_as_rfc8785_writes_them(arguments, name, value):
    node = derivation.Node(name, value, "单位", value, inputs=(derivation.Node("x", name, "", value),))
    written = derivation.canonical(calculation="c", version=1, arguments=arguments, result=node)
    assert written == reference(arguments, node)


@given(st.dictionaries(text, odd, max_size=3))
def test_what_json_cannot_hold_is_refused_as_rfc8785_refuses_it(arguments):
    node = derivation.Node("x", "", "", "")
    try:
        expected = reference(arguments, node)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as refused:
        with pytest.raises(type(refused)):
            derivation.canonical(calculation="c", version=1, arguments=arguments, result=node)
    else:
        assert derivation.canonical(calculation="c", version=1, arguments=arguments, result=node) == expected


@given(yuan, percent, tariffs(), whole)
def test_every_stored_document_is_what_rfc8785_would_write(cost, rate, tiers, quantity):
    for document in (revenue(cost, rate).document, quoted(tiers, quantity).document):
        assert rfc8785.dumps(derivation.parse(document)) == document
