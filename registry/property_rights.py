"""Registration of data property rights by 《数据产权登记工作指引（试行）》: who may, which limits, which term.

Pure. The guideline (国数综政策〔2026〕35号, 2026-07-01) is guidance (参照): every number is a dated rate, and an
office's own rows come before them. "以上/以内" include the number (Art 42). `registry.rights` says which rights a
ground gives (Art 21).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from kernel.errors import Conflict, InvalidInput
from kernel.law import NATIONAL, Article, Rate, RateTable
from kernel.machine import Machine, table
from kernel.workdays import Calendar, Deadline
from registry.certification import SPR
from registry.limits import local_day, years_after

IN_FORCE_ON: Final = date(2026, 7, 1)
LONGEST_NAME: Final = 128
ADVISED_NAME: Final = 40
LONGEST_OVERVIEW: Final = 1024
ADVISED_OVERVIEW: Final = 400


class RightType(StrEnum):
    """The types of registration (Art 32)."""

    FIRST = "first"
    TRANSFER = "transfer"
    CHANGE = "change"
    RENEWAL = "renewal"
    CANCELLATION = "cancellation"


class RightKind(StrEnum):
    """The three rights; each stands alone (Art 21)."""

    HOLD = "hold"
    USE = "use"
    OPERATE = "operate"


class SourceKind(StrEnum):
    """Where the data comes from (Annex 1)."""

    COLLECTED = "collected"
    CRAWLED = "crawled"
    AGREED = "agreed"
    DERIVED = "derived"


class Area(StrEnum):
    """How far the data reaches (Annex 1)."""

    INTERNATIONAL = "international"
    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    BELOW = "below_county"


class DataForm(StrEnum):
    """What shape the data has (Annex 1)."""

    TABLE = "table"
    TEXT = "text"
    PICTURE = "picture"
    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


class Origin(StrEnum):
    """Whose data it is, by which Art 15 admits or refuses it."""

    PUBLIC_DUTY = "public_duty"
    AUTHORISED_PRODUCT = "authorised_product"
    UTILITY = "utility"
    OTHER = "other"


class RightState(StrEnum):
    """Where a property-right registration stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    SUPPLEMENTING = "supplementing"
    REVIEWED = "reviewed"
    IN_NOTICE = "in_notice"
    REGISTERED = "registered"
    REFUSED = "refused"
    TERMINATED = "terminated"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class RightEvent(StrEnum):
    """What moves it."""

    SUBMIT = "submit"
    RETURN = "return_for_completion"
    ACCEPT = "accept"
    ACCEPT_BY_SILENCE = "accept_by_silence"
    REFUSE = "refuse"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLEMENT = "supplement"
    EXTEND = "extend"
    PASS_REVIEW = "pass_review"  # noqa: S105 - an event, no password
    PUBLISH_NOTICE = "publish_notice"
    OBJECT = "raise_objection"
    DISMISS_OBJECTION = "dismiss_objection"
    UPHOLD_OBJECTION = "uphold_objection"
    DEPOSIT = "deposit"
    SUPERSEDE = "supersede"
    CANCEL = "cancel"
    LAPSE = "lapse"


def _at(number: str) -> str:
    return f"{SPR} {number}"


_S, _E = RightState, RightEvent
PROPERTY_RIGHT: Final = Machine(
    name="property-right",
    initial=RightState.DRAFT,
    transitions=table(
        (
            (_S.DRAFT, _E.SUBMIT, _S.SUBMITTED, _at("第十四条")),
            (_S.SUBMITTED, _E.RETURN, _S.RETURNED, _at("第十七条")),
            (_S.SUBMITTED, _E.ACCEPT, _S.ACCEPTED, _at("第十七条")),
            (_S.SUBMITTED, _E.ACCEPT_BY_SILENCE, _S.ACCEPTED, _at("第十七条")),
            (_S.SUBMITTED, _E.REFUSE, _S.REFUSED, _at("第十七条")),
            (_S.RETURNED, _E.SUBMIT, _S.SUBMITTED, _at("第十七条")),
            (_S.ACCEPTED, _E.ASK_SUPPLEMENT, _S.SUPPLEMENTING, _at("第二十八条")),
            (_S.SUPPLEMENTING, _E.SUPPLEMENT, _S.ACCEPTED, _at("第二十八条")),
            (_S.ACCEPTED, _E.EXTEND, _S.ACCEPTED, _at("第二十八条")),
            (_S.ACCEPTED, _E.PASS_REVIEW, _S.REVIEWED, _at("第十四条")),
            (_S.ACCEPTED, _E.REFUSE, _S.REFUSED, _at("第二十二条")),
            (_S.REVIEWED, _E.PUBLISH_NOTICE, _S.IN_NOTICE, _at("第二十四条")),
            (_S.REVIEWED, _E.DEPOSIT, _S.REGISTERED, _at("第二十四条、第二十六条")),
            (_S.REVIEWED, _E.CANCEL, _S.CANCELLED, _at("第三十二条")),
            (_S.IN_NOTICE, _E.OBJECT, _S.IN_NOTICE, _at("第二十五条")),
            (_S.IN_NOTICE, _E.DISMISS_OBJECTION, _S.IN_NOTICE, _at("第二十五条")),
            (_S.IN_NOTICE, _E.UPHOLD_OBJECTION, _S.TERMINATED, _at("第二十五条")),
            (_S.IN_NOTICE, _E.DEPOSIT, _S.REGISTERED, _at("第二十六条")),
            (_S.REGISTERED, _E.OBJECT, _S.REGISTERED, _at("第二十九条")),
            (_S.REGISTERED, _E.DISMISS_OBJECTION, _S.REGISTERED, _at("第二十九条")),
            (_S.REGISTERED, _E.UPHOLD_OBJECTION, _S.CANCELLED, _at("第二十九条")),
            (_S.REGISTERED, _E.SUPERSEDE, _S.SUPERSEDED, _at("第三十二条")),
            (_S.REGISTERED, _E.CANCEL, _S.CANCELLED, _at("第三十二条")),
            (_S.REGISTERED, _E.LAPSE, _S.LAPSED, _at("第三十六条")),
        )
    ),
)


class RightStep(StrEnum):
    """A limit's name."""

    ACCEPTANCE = "right_acceptance"
    REVIEW = "right_review"
    EXTENSION = "right_extension"
    NOTICE = "right_notice"
    OBJECTION = "right_objection"
    NOTIFICATION = "right_notification"
    VALIDITY = "right_validity"
    RENEWAL_WINDOW = "right_renewal_window"
    RETENTION = "right_retention"


def _rate(step: RightStep, value: int, unit: str, number: str) -> Rate:
    article = Article(document=SPR, article=number, valid_from=IN_FORCE_ON)
    return Rate(name=step, value=Decimal(value), unit=unit, article=article, valid_from=IN_FORCE_ON)


RATES: Final = RateTable(
    (
        _rate(RightStep.ACCEPTANCE, 3, "working day", "第十七条"),
        _rate(RightStep.REVIEW, 10, "working day", "第二十八条"),
        _rate(RightStep.EXTENSION, 10, "working day", "第二十八条"),
        _rate(RightStep.NOTICE, 5, "working day", "第二十四条"),
        _rate(RightStep.OBJECTION, 10, "working day", "第二十五条"),
        _rate(RightStep.NOTIFICATION, 5, "working day", "第二十九条"),
        _rate(RightStep.VALIDITY, 5, "year", "第二十六条"),
        _rate(RightStep.RENEWAL_WINDOW, 6, "month", "第三十六条"),
        _rate(RightStep.RETENTION, 20, "year", "第十条"),
    )
)


@dataclass(eq=False, kw_only=True)
class NotAdmitted(Conflict):
    """Data that Art 15 keeps out, or lets in only once its product is registered."""

    code = "registry.right_not_admitted"
    zh = "{why_zh}"
    en = "{why_en}"
    law = f"{SPR} 第十五条"
    why_zh: str
    why_en: str


@dataclass(eq=False, kw_only=True)
class OutsideWindow(Conflict):
    """A renewal before its window opens or after the term."""

    code = "registry.right_outside_window"
    zh = "续期应自 {opens_on} 起至 {closes_on}（含）提出；逾期自动失效。"
    en = "A renewal is applied for from {opens_on} to {closes_on} inclusive; after that the right has lapsed."
    law = f"{SPR} 第三十六条"
    opens_on: date
    closes_on: date


@dataclass(eq=False, kw_only=True)
class TermTooLong(InvalidInput):
    """A term of more than five years, or none."""

    code = "registry.right_term_too_long"
    zh = "有效期 {years} 年不符合规定：一般不超过 {most} 年，至少 1 年。"
    en = "A term of {years} years is not possible: one to {most} years."
    law = f"{SPR} 第二十六条"
    years: int
    most: int


def admit(origin: Origin, *, registered: bool) -> None:
    """Refuse what may not enter the register of property rights (Art 15); raise NotAdmitted.

    Data that party and government organs hold from their duties is not registered, also where an entrusted unit holds
    it. A product of authorised operation comes in once it is registered as such. Utilities' and others' data may.
    """
    if origin == Origin.PUBLIC_DUTY:
        raise NotAdmitted(
            why_zh="党政机关依法履职（含委托、授权其他单位）取得的数据不进行数据产权登记。",
            why_en="Data party and government organs hold from their duties is not registered for property rights.",
        )
    if origin == Origin.AUTHORISED_PRODUCT and not registered:
        raise NotAdmitted(
            why_zh="授权运营形成的产品和服务须先在公共数据资源登记平台完成登记并赋码。",
            why_en="A product of authorised operation must first be registered and coded as public data.",
        )


def rate(step: RightStep, *, on: date, jurisdiction: str = NATIONAL) -> Rate:
    """Return the rate of ``step`` in force on the day ``on``; raise NoRate, also before the guideline was in force."""
    return RATES.lookup(step, on=on, jurisdiction=jurisdiction)


def working_days(step: RightStep, *, start: datetime, jurisdiction: str = NATIONAL) -> int:
    """Return how many working days ``step`` has when it starts at ``start``; raise NoRate."""
    return int(rate(step, on=local_day(start), jurisdiction=jurisdiction).value)


def review_due(accepted_at: datetime, *, days: int, paused_days: int, calendar: Calendar) -> Deadline:
    """Return when review is due: ``days`` after acceptance, the days of supplement, notice, objection left out."""
    return calendar.planned(accepted_at, days + paused_days)


def silence_takes_effect(due_at: datetime, *, calendar: Calendar) -> datetime:
    """Return when an application nobody answered counts as accepted: the first working day after the limit (Art 17).

    Raises CalendarNotPublished: an unpublished year triggers nothing irreversible.
    """
    end = calendar.deadline(due_at, 1).at
    return end.replace(hour=0, minute=0, second=0, microsecond=0)


def validity(registered_on: date, *, years: int, jurisdiction: str = NATIONAL) -> date:
    """Return the first day on which a right registered on that day no longer stands (Art 26); raise TermTooLong."""
    most = int(rate(RightStep.VALIDITY, on=registered_on, jurisdiction=jurisdiction).value)
    if not 1 <= years <= most:
        raise TermTooLong(years=years, most=most)
    return years_after(registered_on, years)


def renewal_opens(valid_until: date) -> date:
    """Return the first day of the renewal window: six months before the term ends (Art 36)."""
    months = int(RATES.lookup(RightStep.RENEWAL_WINDOW, on=max(valid_until, IN_FORCE_ON)).value)
    first = valid_until.month - months
    year, month = (valid_until.year, first) if first > 0 else (valid_until.year - 1, first + 12)
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(valid_until.day, last))


def require_renewal_window(valid_until: date, *, on: date) -> None:
    """Refuse a renewal outside its window, which ends the day before the term does (Art 36); raise OutsideWindow.

    ``valid_until`` is the first day after the term, so its last day is the eve, and the eve of that is the last to ask.
    """
    opens, closes = renewal_opens(valid_until), valid_until - timedelta(days=2)
    if not opens <= on <= closes:
        raise OutsideWindow(opens_on=opens, closes_on=closes)
