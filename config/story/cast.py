"""Who plays: invented organisations of an invented province, marked as demonstration, and one account per role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from config.story.stage import Outcome, Scene, Stage
from kernel.actors import SYSTEM
from registry import services as registry
from registry.types import OrganisationKind, Role
from registry.uscc import check_character

REGION: Final = "350000"
OFFICE_CODE: Final = "office"
OPENING_MONTHS: Final = 20


@dataclass(frozen=True)
class Party:
    """An organisation of the cast: code in the story, kind, names, and accounts (name, label, roles)."""

    code: str
    kind: OrganisationKind
    prefix: str
    serial: int
    name_zh: str
    name_en: str
    accounts: tuple[tuple[str, str, tuple[Role, ...]], ...]

    @property
    def uscc(self) -> str:
        """The demonstration's unified social credit code, with its true check character."""
        body = f"{self.prefix}{REGION}DEM{self.serial:06d}"
        return body + check_character(body)


CAST: Final = (
    Party(
        "office",
        OrganisationKind.INSTITUTION,
        "12",
        1,
        "省公共数据登记中心（演示）",
        "Provincial Registry of Public Data (demo)",
        (
            ("demo-clerk", "登记受理员", (Role.REGISTRY_CLERK,)),
            ("demo-reviewer", "登记审核员", (Role.REGISTRY_REVIEWER,)),
        ),
    ),
    Party(
        "health",
        OrganisationKind.GOVERNMENT,
        "11",
        2,
        "省卫生健康委员会（演示）",
        "Provincial Health Commission (demo)",
        (
            ("demo-health", "数源单位经办人", (Role.HOLDER_AGENT,)),
            ("demo-health-cdo", "首席数据官", (Role.CHIEF_DATA_OFFICER,)),
        ),
    ),
    Party(
        "market",
        OrganisationKind.GOVERNMENT,
        "11",
        3,
        "省市场监督管理局（演示）",
        "Provincial Market Regulator (demo)",
        (
            ("demo-market", "数源单位经办人", (Role.HOLDER_AGENT,)),
            ("demo-market-cdo", "首席数据官", (Role.CHIEF_DATA_OFFICER,)),
        ),
    ),
    Party(
        "transport",
        OrganisationKind.GOVERNMENT,
        "11",
        4,
        "省交通运输厅（演示）",
        "Provincial Transport Authority (demo)",
        (
            ("demo-transport", "数源单位经办人", (Role.HOLDER_AGENT,)),
            ("demo-transport-cdo", "首席数据官", (Role.CHIEF_DATA_OFFICER,)),
        ),
    ),
    Party(
        "data",
        OrganisationKind.GOVERNMENT,
        "11",
        5,
        "省数据管理局（演示）",
        "Provincial Data Bureau (demo)",
        (
            ("demo-agency", "实施机构经办人", (Role.IMPLEMENTING_AGENCY, Role.AUTHORISING_BODY)),
            ("demo-data-authority", "数据管理部门经办人", (Role.DATA_AUTHORITY,)),
        ),
    ),
    Party(
        "pricing",
        OrganisationKind.GOVERNMENT,
        "11",
        6,
        "省发展和改革委员会（演示）",
        "Provincial Development and Reform Commission (demo)",
        (("demo-pricing", "价格主管部门经办人", (Role.PRICING_AUTHORITY,)),),
    ),
    Party(
        "operator",
        OrganisationKind.STATE_ENTERPRISE,
        "91",
        7,
        "省大数据运营有限公司（演示）",
        "Provincial Data Operation Co., Ltd. (demo)",
        (
            ("demo-operator", "运营机构经办人", (Role.OPERATOR,)),
            ("demo-operator-cdo", "首席数据官", (Role.CHIEF_DATA_OFFICER,)),
        ),
    ),
    Party(
        "buyer",
        OrganisationKind.ENTERPRISE,
        "91",
        8,
        "海峡健康保险股份有限公司（演示）",
        "Strait Health Insurance Co., Ltd. (demo)",
        (("demo-buyer", "企业采购与分析", (Role.BUYER,)),),
    ),
    Party(
        "audit",
        OrganisationKind.GOVERNMENT,
        "11",
        9,
        "省审计厅（演示）",
        "Provincial Audit Office (demo)",
        (("demo-regulator", "监管审计人员", (Role.REGULATOR,)),),
    ),
    Party(
        "platform", OrganisationKind.STATE_ENTERPRISE, "91", 10, "公数平台运营方（演示）", "Gongshu Platform (demo)", ()
    ),
)


def enter(stage: Stage) -> Outcome:
    """Register the organisations, their accounts and their roles."""
    now = stage.timeline.months_ago(OPENING_MONTHS)
    facts = {}
    for party in CAST:
        organisation = registry.create_organisation(
            uscc=party.uscc,
            name_zh=party.name_zh,
            name_en=party.name_en,
            kind=party.kind,
            region=REGION,
            actor=SYSTEM,
            now=now,
        )
        facts[party.code] = str(organisation)
        for username, label, roles in party.accounts:
            user = registry.create_user(username=username, password=None, display_name=label, actor=SYSTEM, now=now)
            for role in roles:
                registry.grant_role(user_id=user, organisation_id=organisation, role=role, actor=SYSTEM, now=now)
    return Outcome("/demonstration/", facts | {"at": now.isoformat()})


def calendar(stage: Stage) -> Outcome:
    """Enter the demonstration's calendar for years of the story whose official one this version does not hold."""
    entered = stage.timeline.calendar.entered
    first, last = stage.timeline.months_ago(OPENING_MONTHS), stage.timeline.now
    for year in range(first.year, last.year + 1):
        if year in entered:
            own = entered[year]
            registry.enter_calendar(year=year, off=own.off, work=own.work, source=own.source, actor=SYSTEM, now=first)
    return Outcome("/registry/", {})


SCENES: Final = (
    Scene("calendar", "核对工作日历", "The working-day calendar is checked", calendar),
    Scene("cast", "十家单位登记身份并取得角色", "Ten organisations are registered and take their roles", enter),
)
