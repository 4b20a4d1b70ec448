"""The types of registration: who may apply, with which statements, on which grounds, over a notice or not.

发改数据规〔2025〕26号 Art 9 (first, change, correction, cancellation), Art 15 (renewal), Art 20 (revocation).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.limits import Rulebook, Step
from registry.policy import Setting
from registry.workflow import S26, Event


class Kind(StrEnum):
    """A type of registration."""

    FIRST = "first"
    CHANGE = "change"
    CORRECTION = "correction"
    RENEWAL = "renewal"
    CANCELLATION = "cancellation"
    REVOCATION = "revocation"


class Applicant(StrEnum):
    """Who sets a procedure going."""

    REGISTRANT = "registrant"
    INTERESTED = "interested"
    OFFICE = "office"


class Proof(StrEnum):
    """What a correction rests on (Art 9(3)): the registrant's written consent, or evidence that proves the error."""

    CONSENT = "consent"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One thing in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One type: its article, who applies, the statements it needs, the limit from acceptance, what completion does."""

    kind: Kind
    words: Words
    article: str
    applicants: frozenset[Applicant]
    statements: tuple[str, ...]
    deposit: bool
    limit: Step
    event: Event
    notice: Setting | None = None
    grounds: Mapping[str, Words] = field(default_factory=dict)


STATEMENTS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "subject": Words(zh="主体信息", en="Registrant"),
        "lawful_source": Words(zh="数据合法合规性来源", en="Lawful source of the data"),
        "situation": Words(zh="数据资源情况", en="State of the data resource"),
        "evidence": Words(zh="存证情况或证明材料", en="Evidence deposit or proof"),
        "products": Words(zh="产品和服务信息", en="Products and services"),
        "scenarios": Words(zh="应用场景信息", en="Scenarios of use"),
        "risk_assessment": Words(zh="数据安全风险评估", en="Data security risk assessment"),
        "reason": Words(zh="申请理由", en="Reason of the application"),
        "error": Words(zh="登记错误之处", en="What is recorded wrongly"),
        "interest": Words(zh="利害关系说明", en="Your interest in it"),
        "finding": Words(zh="查明的事实", en="Facts found"),
    }
)
CANCELLATION_GROUNDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "lost": Words(zh="数据资源灭失且无法恢复", en="The resource is lost and cannot be recovered"),
        "given_up": Words(zh="放弃相关权益或权益期限届满", en="The right is given up or its period has ended"),
        "dissolved": Words(
            zh="登记主体解散、被依法撤销、破产或者因其他原因终止",
            en="The registrant is dissolved, revoked, bankrupt or otherwise at an end",
        ),
        "by_law": Words(zh="法律法规规定的其他情形", en="Another case provided by law"),
    }
)
REVOCATION_GROUNDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "false_materials": Words(
            zh="隐瞒事实、弄虚作假或者提供虚假材料", en="Concealment, falsification or false materials"
        ),
        "tampering": Words(zh="篡改、伪造登记结果", en="Tampering with or forging the result"),
        "illegal_use": Words(zh="非法使用登记结果或者谋取不正当利益", en="Illegal use or improper profit"),
        "other": Words(zh="其他违法违规行为", en="Another violation"),
    }
)
_ANYONE: Final = frozenset({Applicant.REGISTRANT, Applicant.INTERESTED})
_FIRST: Final = ("subject", "lawful_source", "situation", "evidence", "products", "scenarios", "risk_assessment")
PROCEDURES: Final[Mapping[Kind, Procedure]] = MappingProxyType(
    {
        one.kind: one
        for one in (
            Procedure(
                kind=Kind.FIRST,
                words=Words(zh="首次登记", en="First registration"),
                article=f"{S26} 第九条第一项",
                applicants=frozenset({Applicant.REGISTRANT}),
                statements=_FIRST,
                deposit=True,
                limit=Step.REVIEW,
                event=Event.ASSIGN_CODE,
            ),
            Procedure(
                kind=Kind.CHANGE,
                words=Words(zh="变更登记", en="Registration of change"),
                article=f"{S26} 第九条第二项",
                applicants=frozenset({Applicant.REGISTRANT}),
                statements=("reason", "evidence"),
                deposit=True,
                limit=Step.REVIEW,
                event=Event.CHANGE,
                notice=Setting.CHANGE_NOTICE,
            ),
            Procedure(
                kind=Kind.CORRECTION,
                words=Words(zh="更正登记", en="Registration of correction"),
                article=f"{S26} 第九条第三项",
                applicants=_ANYONE,
                statements=("error", "evidence"),
                deposit=False,
                limit=Step.REVIEW,
                event=Event.CORRECT,
                notice=Setting.CORRECTION_NOTICE,
            ),
            Procedure(
                kind=Kind.RENEWAL,
                words=Words(zh="续展", en="Renewal"),
                article=f"{S26} 第十五条",
                applicants=frozenset({Applicant.REGISTRANT}),
                statements=("reason", "situation"),
                deposit=False,
                limit=Step.REVIEW,
                event=Event.RENEW,
                notice=Setting.RENEWAL_NOTICE,
            ),
            Procedure(
                kind=Kind.CANCELLATION,
                words=Words(zh="注销登记", en="Registration of cancellation"),
                article=f"{S26} 第九条第四项",
                applicants=frozenset({Applicant.REGISTRANT, Applicant.OFFICE}),
                statements=("reason", "evidence"),
                deposit=False,
                limit=Step.CANCELLATION,
                event=Event.CANCEL,
                grounds=CANCELLATION_GROUNDS,
            ),
            Procedure(
                kind=Kind.REVOCATION,
                words=Words(zh="撤销登记", en="Revocation"),
                article=f"{S26} 第二十条",
                applicants=frozenset({Applicant.OFFICE}),
                statements=("finding", "evidence"),
                deposit=False,
                limit=Step.REVIEW,
                event=Event.REVOKE,
                grounds=REVOCATION_GROUNDS,
            ),
        )
    }
)


def statements_of(kind: Kind, applicant: Applicant) -> tuple[str, ...]:
    """Return the statements an application needs; an interested party also says what its interest is."""
    extra = ("interest",) if applicant == Applicant.INTERESTED else ()
    return extra + PROCEDURES[kind].statements


def goes_on_notice(kind: Kind, book: Rulebook) -> bool:
    """Return whether a type goes on public notice: a first registration always, others by the office's reading."""
    if kind == Kind.FIRST:
        return True
    setting = PROCEDURES[kind].notice
    return setting is not None and book.reads(setting) == "noticed"


def whole_limit(kind: Kind) -> bool:
    """Return whether the limit from acceptance covers the whole procedure: cancellation is *completed* in it."""
    return kind == Kind.CANCELLATION
