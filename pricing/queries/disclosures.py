"""The public disclosure of an authorised operation, as tables for page, CSV and PDF alike, in either language."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pricing.queries.decisions import DECISIONS
from pricing.queries.duties import contact
from pricing.queries.prices import ceilings, fees
from pricing.queries.quotes import case_library
from pricing.queries.reports import columns, products_under
from pricing.queries.tongue import NONE, Tongue, tongue
from pricing.types import Report, Table
from pricing.units import MEASURES, ChargingForm
from registry import queries as registry
from registry.limits import local_day
from registry.operation import MODE
from registry.types import AgreementView, ProductView

DISCLOSURE: Final = "国家数据局综合司关于公共数据资源授权运营信息披露的通知（2026 年）"
NAME, CODE = ("名称", "Name"), ("登记确认单编号", "Number of the registration's confirmation")
TERM, SLIPS = ("运营期限", "Term of operation"), ("已授权公共数据资源名称", "Public data authorised")
DONE, AGENCY = ("登记完成情况", "Registration"), ("实施机构", "Implementing agency")
USCC = ("统一社会信用代码", "Unified social credit code")


def disclosure(agreement_id: UUID, *, now: datetime, language: str = "zh") -> Report:
    """Return what agency and operator disclose of an agreement, with every field of the two forms; raise NoSuch."""
    t, agreement = tongue(language), registry.agreement(agreement_id)
    agency, operator = registry.organisation(agreement.agency_id), registry.organisation(agreement.operator_id)
    day, term = local_day(now), t.period(agreement.valid_from, agreement.valid_until)
    parties = f"{t.name(agency)} · {t.name(operator)}"
    return Report(
        title=t.say("公共数据资源授权运营信息披露", "Disclosure of the authorised operation of public data"),
        subtitle=t.say(f"{parties} · 截至 {day}", f"{parties} · as of {day}"),
        article=DISCLOSURE,
        tables=(
            Table(
                t.say("一、实施机构披露信息", "1. Disclosed by the implementing agency"),
                (*_body(t, agreement.agency_id), *_authorised(t, agreement, now=now)),
            ),
            Table(
                t.say("运营机构", "Operators"),
                columns=columns(t, NAME, USCC, TERM),
                rows=((t.name(operator), operator.uscc, term),),
            ),
            Table(
                t.say("数据管理部门", "Data departments"),
                columns=columns(t, ("单位", "Department"), ("联系人", "Contact person"), ("电话", "Telephone")),
                rows=_departments(t, agreement),
            ),
            Table(t.say("二、运营机构披露信息", "2. Disclosed by the operator"), _body(t, agreement.operator_id)),
            _products(t, agreement, now=now),
            Table(
                t.say("实施机构", "Implementing agencies"),
                columns=columns(t, NAME, DONE, SLIPS, CODE, TERM),
                rows=((t.name(agency), *_registered(t, agreement), term),),
            ),
        ),
    )


def _products(t: Tongue, agreement: AgreementView, *, now: datetime) -> Table:
    """Return the list of what is offered: a product that is neither registered nor priced is not public yet."""
    every = products_under(agreement)
    return Table(
        t.say("产品和服务清单", "Products and services"),
        columns=columns(
            t,
            ("产品和服务名称", "Product or service"),
            CODE,
            ("产品和服务方式", "How it is provided"),
            ("应用场景", "Used for"),
            ("收费标准", "Charge"),
        ),
        rows=tuple(_offered(t, one, now=now) for one in every if one.registration_code or fees(one.id, now=now)),
    )


def _body(t: Tongue, organisation_id: UUID) -> tuple[tuple[str, str], ...]:
    known, reached = registry.organisation(organisation_id), contact(organisation_id)
    unsaid = _unsaid(t)
    code = t.say(f"（邮编 {reached.postcode}）", f" (postcode {reached.postcode})")
    return (
        (t.say(*NAME), t.name(known)),
        (t.say(*USCC), known.uscc),
        (t.say("地址（含邮编）", "Address with postcode"), f"{reached.address}{code}" if reached.address else unsaid),
        (t.say("邮箱", "E-mail"), reached.email or unsaid),
        (t.say("固定电话", "Telephone"), reached.telephone or unsaid),
    )


def _unsaid(t: Tongue) -> str:
    return t.say("未填报", "not stated")


def _registered(t: Tongue, agreement: AgreementView) -> tuple[str, str, str]:
    found = [registry.resource(one) for one in agreement.resource_ids]
    slips = registry.confirmation_numbers(agreement.resource_ids)
    whole = all(one.registration_code for one in found)
    done = t.say("已登记", "registered") if whole else t.say("拟登记", "to be registered")
    return done, t.all_of(t.name(one) for one in found), t.all_of(slips.get(one.id, NONE) for one in found)


def _authorised(t: Tongue, agreement: AgreementView, *, now: datetime) -> tuple[tuple[str, str], ...]:
    done, names, slips = _registered(t, agreement)
    mode = MODE.get(registry.agreement_text(agreement.id).mode)
    limits = [
        t.pair(t.name(product), t.tiers(one.tiers, one.unit))
        for product in products_under(agreement)
        for one in ceilings(product.id, now=now)
    ]
    none = t.say("尚未制定（试行收费标准）", "not set yet (trial fees)")
    return (
        (t.say(*DONE), done),
        (t.say(*SLIPS), names),
        (t.say(*CODE), slips),
        (t.say("授权运营方式", "Mode of authorisation"), t.name(mode) if mode else NONE),
        (t.say("上限收费标准", "Ceilings"), "\n".join(limits) or none),
    )


def _departments(t: Tongue, agreement: AgreementView) -> tuple[tuple[str, ...], ...]:
    decided = DECISIONS.filter(agreement_id=agreement.id, concurred_by__isnull=False).order_by("-pk").first()
    if decided is None or decided.concurred_by is None:
        return ((NONE, NONE, NONE),)
    reached, unsaid = contact(decided.concurred_by), _unsaid(t)
    name = t.name(registry.organisation(decided.concurred_by))
    return ((name, reached.person or unsaid, reached.telephone or unsaid),)


def _offered(t: Tongue, product: ProductView, *, now: datetime) -> tuple[str, ...]:
    found = fees(product.id, now=now)
    prices = "\n".join(t.pair(_method(t, one.form), t.tiers(one.tiers, one.unit)) for one in found)
    ways = t.all_of(dict.fromkeys(_method(t, one.form) for one in found)) or NONE
    slip = registry.confirmation_numbers([product.id]).get(product.id, NONE)
    return t.name(product), slip, ways, _scenes(t, product), prices or t.say("未定价", "no price yet")


def _method(t: Tongue, form: ChargingForm) -> str:
    return t.say(MEASURES[form].method_zh, MEASURES[form].method_en)


def _scenes(t: Tongue, product: ProductView) -> str:
    uses = [one for one in case_library() if one.product_id == product.id]
    public = t.say("公共治理公益", "public governance and interest")
    industry = t.say("产业行业", "industry")
    kinds = dict.fromkeys(industry if one.scenario == "industry" else public for one in uses)
    titles = [(one.title_zh if t.chinese else one.title_en) or one.title_zh for one in uses]
    return t.each([*kinds, *titles]) or t.all_of([public, industry])
