"""What the measures leave open, as settings of an office: the readings there are, the default, and why it is that one.

Each is a dated decision of the office that works by it; a registration keeps the readings of its day.
docs/registration-policies.md tells the reasons at length. The first value of each is the default.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

S26: Final = "发改数据规〔2025〕26号"


class Setting(StrEnum):
    """A question the measures leave open."""

    VALIDITY_END = "validity_end"
    OBJECTION_CLOCK = "objection_clock"
    RECEIPT_DAY = "receipt_day"
    THREE_YEAR_TERM = "three_year_term"
    RENEWAL_LAST_DAY = "renewal_last_day"
    CODE_FORM = "code_form"
    SECOND_RETURN = "second_return"
    CHANGE_NOTICE = "change_notice"
    RENEWAL_NOTICE = "renewal_notice"
    CORRECTION_NOTICE = "correction_notice"
    PRODUCT_OFFICE = "product_office"
    CODING = "coding"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One answer to an open question, in both languages."""

    value: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An open question: the article it arises from, its readings (the default first), and why that is the default."""

    setting: Setting
    article: str
    zh: str
    en: str
    readings: tuple[Reading, ...]
    why_zh: str
    why_en: str

    @property
    def default(self) -> str:
        """The value that holds where an office has decided nothing."""
        return self.readings[0].value


def _question(setting: Setting, article: str, ask: tuple[str, str], *readings: str, why: tuple[str, str]) -> Question:
    found = tuple(Reading(value=value, zh=zh, en=en) for value, zh, en in (one.split("|") for one in readings))
    return Question(
        setting=setting,
        article=f"{S26} {article}",
        zh=ask[0],
        en=ask[1],
        readings=found,
        why_zh=why[0],
        why_en=why[1],
    )


QUESTIONS: Final[Mapping[Setting, Question]] = MappingProxyType(
    {
        one.setting: one
        for one in (
            _question(
                Setting.VALIDITY_END,
                "第十五条",
                ("“自赋码之日起三年”的末日", "The last day of “three years from the day of coding”"),
                "eve|对应日的前一日|the eve of the same day three years on",
                "anniversary|对应日当日|the same day three years on",
                why=(
                    "“自赋码之日起”含赋码当日，三年满于对应日前一日",
                    "“From the day” counts the day of coding itself",
                ),
            ),
            _question(
                Setting.OBJECTION_CLOCK,
                "第十二条",
                ("异议复核期间公示期如何计算", "The public notice while an objection is reviewed"),
                "continues|继续计算，复核未决前不赋码|goes on; no code before the decision",
                "pauses|中止，驳回后继续计算|stands still, and goes on after dismissal",
                "restarts|驳回后重新公示|starts anew after dismissal",
                why=("办法未规定公示中止", "The measures name no pause"),
            ),
            _question(
                Setting.RECEIPT_DAY,
                "第十条",
                ("收到申请当日是否计入三个工作日", "Whether the day of receipt counts among the three working days"),
                "excluded|不计入|it does not",
                "counted|计入|it does",
                why=("国家登记平台公示期均不计起始日", "The national portal's live notices never count the first day"),
            ),
            _question(
                Setting.THREE_YEAR_TERM,
                "第十五条",
                ("授权运营期限恰为三年的产品的有效期", "A product whose operating term is exactly three years"),
                "operating_term|按实际运营期限|takes the operating term",
                "three_years|自赋码之日起三年|takes three years from coding",
                why=("“不超过三年”包含本数", "“Not more than three years” includes three"),
            ),
            _question(
                Setting.RENEWAL_LAST_DAY,
                "第十五条",
                ("有效期届满当日可否申请续展", "Whether the day of expiry is inside the renewal window"),
                "inside|可以|it is",
                "outside|不可以|it is not",
                why=("届满当日登记仍然有效", "On its last day the registration still stands"),
            ),
            _question(
                Setting.CODE_FORM,
                "第十三条、第十四条",
                ("登记结果查询码的形式", "The form of the registration code"),
                "opaque|22 位随机数字|22 random digits",
                "timed|12 位随机数字和 10 位时间戳|12 random digits and 10 of the Unix time",
                why=(
                    "统一编码规范未公布，不应由编码推断信息",
                    "The coding rule is not public: nothing should be read out of a code",
                ),
            ),
            _question(
                Setting.SECOND_RETURN,
                "第十条",
                ("补正后仍不齐全的可否再次退回", "Whether an application may be returned a second time"),
                "allowed|可以，受理时限自再次提交起算|yes; the clock starts from the next submission",
                "once|不可以，应当受理或驳回|no; it is accepted or refused",
                why=("平台实际允许多次补正", "Live platforms allow several rounds"),
            ),
            _question(
                Setting.CHANGE_NOTICE,
                "第十二条",
                ("变更登记是否公示", "Whether a change goes through public notice"),
                "noticed|公示|it does",
                "straight|不公示|it does not",
                why=("公示内容包括“登记类型”", "What a notice shows includes the registration type"),
            ),
            _question(
                Setting.RENEWAL_NOTICE,
                "第十五条",
                ("续展是否公示", "Whether a renewal goes through public notice"),
                "straight|不公示|it does not",
                "noticed|公示|it does",
                why=("续展只改变有效期，登记内容不变", "A renewal changes nothing but the term"),
            ),
            _question(
                Setting.CORRECTION_NOTICE,
                "第九条第三项",
                ("更正登记是否公示", "Whether a correction goes through public notice"),
                "straight|不公示|it does not",
                "noticed|公示|it does",
                why=("书面同意或证据证明错误即应更正", "Consent or proof is enough by the letter"),
            ),
            _question(
                Setting.PRODUCT_OFFICE,
                "第六条",
                ("产品登记机构按何者的层级和属地确定", "Whose level and territory decide on a product's office"),
                "agency|实施机构|the implementing agency's",
                "operator|运营机构|the operator's",
                why=("产品源于授权，与资源在同一机构登记", "The product stems from the authorisation"),
            ),
            _question(
                Setting.CODING,
                "第十三条",
                ("公示期满无异议的赋码", "Coding after the notice"),
                "click|由受理人员一键办理|is done by a clerk with one click",
                "at_once|到期自动办理|is done at once",
                why=("赋码是登记机构的行为", "Coding is an act of the office"),
            ),
            _question(
                Setting.EXPIRY,
                "第十五条",
                ("有效期届满未续展的注销", "Cancellation at expiry without renewal"),
                "click|由受理人员一键办理|is done by a clerk with one click",
                "at_once|到期自动办理|is done at once",
                why=("注销是登记机构的行为", "Cancellation is an act of the office"),
            ),
        )
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an office decided on an open question, from which day on."""

    setting: str
    value: str
    in_force_from: date


@dataclass(frozen=True)
class Policy:
    """An office's readings on one day: its own decisions over the defaults."""

    decided: Mapping[str, str] = field(default_factory=dict)

    def reading(self, setting: Setting) -> str:
        """Return the value that holds for ``setting``."""
        return self.decided.get(setting, QUESTIONS[setting].default)


def policy_on(decisions: Iterable[Decision], on: date) -> Policy:
    """Return the readings in force on ``on``: of each setting the latest decision by then, the later one given last."""
    decided: dict[str, Decision] = {}
    for one in decisions:
        held = decided.get(one.setting)
        if one.in_force_from <= on and (held is None or held.in_force_from <= one.in_force_from):
            decided[one.setting] = one
    return Policy({setting: one.value for setting, one in decided.items()})
