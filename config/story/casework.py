"""What comes after a first registration: a change, a correction, an objection that is upheld, and a revocation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from config.story.cast import REGION
from config.story.registration import register
from config.story.stage import Outcome, Scene, Stage
from registry import queries
from registry import services as registry
from registry.catalogue import DataSource, LibraryKind, OpenType, Sensitivity, SharingType, UpdateFrequency
from registry.grade import Assessment, Harm, Object
from registry.procedures import Kind
from registry.types import FieldView, Materials, Papers, ResourceDeclaration, SubjectKind

Column = tuple[str, str, str, str]


@dataclass(frozen=True, kw_only=True)
class Small:
    """A resource that no product is built on: what it is called, what it holds, and its columns."""

    holder: str
    industry: str
    name_zh: str
    name_en: str
    abstract_zh: str
    abstract_en: str
    columns: tuple[Column, ...]


CONTACTS: Final = Small(
    holder="market",
    industry="S",
    name_zh="重点企业联系名录",
    name_en="Directory of contacts of key firms",
    abstract_zh="重点企业的联系部门与联系方式，随年度报告更新。",
    abstract_en="Contact offices of key firms, updated with their yearly reports.",
    columns=(
        ("firm_code", "VARCHAR", "企业编号", "Number of the firm"),
        ("office", "VARCHAR", "联系部门", "Contact office"),
        ("phone", "VARCHAR", "联系电话", "Telephone"),
    ),
)
TIMETABLE: Final = Small(
    holder="transport",
    industry="G",
    name_zh="公路客运班次抽样数据",
    name_en="Sample of coach services",
    abstract_zh="公路客运班次的发车时刻与核定座位数抽样。",
    abstract_en="A sample of coach departures and seats.",
    columns=(
        ("route", "VARCHAR", "线路", "Route"),
        ("departs_at", "TIME", "发车时刻", "Departure"),
        ("seats", "INTEGER", "核定座位数", "Seats"),
    ),
)


def _declare(small: Small, stage: Stage, now: datetime) -> UUID:
    fields = tuple(
        FieldView(name=name, type=kind, description_zh=zh, description_en=en, sensitivity=Sensitivity.INTERNAL)
        for name, kind, zh, en in small.columns
    )
    declaration = ResourceDeclaration(
        name_zh=small.name_zh,
        name_en=small.name_en,
        abstract_zh=small.abstract_zh,
        abstract_en=small.abstract_en,
        industry=small.industry,
        format="CSV",
        data_source=DataSource.ORIGINAL,
        personal_information=False,
        sharing=SharingType.CONDITIONAL,
        openness=OpenType.CONDITIONAL,
        update_frequency=UpdateFrequency.YEARLY,
        library=LibraryKind.THEMATIC,
        coverage=f"{REGION}（演示）",
        contact_office="数据资源管理处",
        contact_phone="00000000000",
        assessments=(Assessment(object=Object.ORGANISATION_RIGHTS, harm=Harm.GENERAL),),
        fields=fields,
    )
    return registry.declare_resource(declaration=declaration, actor=stage.actor(f"demo-{small.holder}"), now=now)


def _deposit(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _materials(small: Small) -> Materials:
    return Materials(
        subject="持有单位依法履职形成并管理，主体信息见统一身份登记。",
        lawful_source="履行法定职责过程中形成。",
        situation=small.abstract_zh,
        evidence="存证文件哈希见登记信息。",
        products="暂无。",
        scenarios="公共治理：行业运行监测。",
        risk_assessment="仅在本单位数据域内使用，风险较低。",
        evidence_sha256=_deposit(small.name_zh),
    )


def _run(stage: Stage, found: UUID, *, start: datetime, noticed: bool) -> None:
    """Take a later procedure from acceptance through review, and its notice where it has one, to completion."""
    later, clerk, reviewer = stage.timeline.later, stage.actor("demo-clerk"), stage.actor("demo-reviewer")
    registry.accept(registration_id=found, actor=clerk, now=later(start, 1))
    registry.pass_review(registration_id=found, actor=reviewer, now=later(start, 6))
    done = later(start, 7)
    if noticed:
        registry.publish_notice(registration_id=found, actor=clerk, now=done)
        done = stage.timeline.on_working_day(later(done, 10) + timedelta(hours=2))
    registry.complete(registration_id=found, actor=clerk, now=done)


def change(stage: Stage) -> Outcome:
    """The market regulator registers that its resource is now updated every quarter."""
    start = stage.timeline.later(stage.moment("register-market"), 30)
    papers = Papers(
        statements={"reason": "数据更新频率由每年调整为每季度。", "evidence": "更新机制调整文件哈希见存证。"},
        evidence_sha256=_deposit("更新机制调整文件"),
        changes={"update_frequency": str(UpdateFrequency.QUARTERLY)},
    )
    actor, base = stage.actor("demo-market"), stage.id("register-market", "registration")
    found = registry.prepare_next(kind=Kind.CHANGE, base_id=base, papers=papers, actor=actor, now=start)
    registry.sign_review(registration_id=found, actor=stage.actor("demo-market-cdo"), now=start)
    registry.submit(registration_id=found, actor=actor, now=start + timedelta(minutes=20))
    _run(stage, found, start=start, noticed=True)
    return Outcome(f"/registry/registrations/{found}/", {"registration": str(found)})


def correct(stage: Stage) -> Outcome:
    """An insurer shows that a recorded name is wrong; the holder consents in writing and the record is corrected."""
    start = stage.timeline.later(stage.moment("register-transport"), 30)
    base = stage.id("register-transport", "registration")
    papers = Papers(
        statements={
            "interest": "本公司依据该资源的登记信息开展交通意外险产品研究。",
            "error": "登记的联系部门名称有误，应为“数据资源和科技处”。",
            "evidence": "持有单位公开的机构设置页面。",
        },
        changes={"contact_office": "数据资源和科技处"},
    )
    insurer = stage.actor("demo-buyer")
    found = registry.prepare_next(kind=Kind.CORRECTION, base_id=base, papers=papers, actor=insurer, now=start)
    registry.submit(registration_id=found, actor=insurer, now=start + timedelta(minutes=20))
    registry.consent_to_correction(
        registration_id=found,
        statement="情况属实，同意更正。",
        actor=stage.actor("demo-transport"),
        now=start + timedelta(hours=3),
    )
    _run(stage, found, start=start, noticed=False)
    return Outcome(f"/registry/registrations/{found}/", {"registration": str(found)})


def objection(stage: Stage) -> Outcome:
    """A firm objects to a directory of contacts during its notice; it is upheld and the registration ends."""
    later, clerk, reviewer = stage.timeline.later, stage.actor("demo-clerk"), stage.actor("demo-reviewer")
    start = later(stage.moment("register-market"), 2)
    holder, resource = stage.actor("demo-market"), _declare(CONTACTS, stage, start)
    found = registry.prepare(
        subject_kind=SubjectKind.RESOURCE,
        subject_id=resource,
        office_id=stage.id("cast", "office"),
        papers=_materials(CONTACTS).papers(),
        actor=holder,
        now=start,
    )
    registry.sign_review(registration_id=found, actor=stage.actor("demo-market-cdo"), now=start)
    registry.submit(registration_id=found, actor=holder, now=start + timedelta(minutes=20))
    registry.accept(registration_id=found, actor=clerk, now=later(start, 1))
    registry.pass_review(registration_id=found, actor=reviewer, now=later(start, 5))
    registry.publish_notice(registration_id=found, actor=clerk, now=later(start, 6))
    raised = registry.raise_objection(
        registration_id=found,
        real_name="演示异议人",
        evidence="名录含本公司未公开的内部联系方式，未经同意收集，附情况说明。",
        actor=stage.actor("demo-buyer"),
        now=later(start, 9),
    )
    registry.decide_objection(
        objection_id=raised,
        upheld=True,
        reason="经复核，名录含未经同意收集的联系方式，异议成立。",
        actor=reviewer,
        now=later(start, 14),
    )
    return Outcome(f"/registry/registrations/{found}/", {"registration": str(found)})


def revoke(stage: Stage) -> Outcome:
    """The office finds that materials of a registration were false and revokes it; its certificate says so."""
    later, clerk, reviewer = stage.timeline.later, stage.actor("demo-clerk"), stage.actor("demo-reviewer")
    start = later(stage.moment("register-transport"), 1)
    resource = _declare(TIMETABLE, stage, start)
    facts = register(
        stage,
        kind=SubjectKind.RESOURCE,
        subject=resource,
        applicant="demo-transport",
        papers=_materials(TIMETABLE),
        start=later(start, 1),
    )
    base = UUID(facts["registration"])
    opened = later(stage.moment_of(facts["at"]), 20)
    papers = Papers(
        statements={
            "finding": "经核查，存证文件与实际数据不符，申请时提供的情况说明为虚假材料。",
            "evidence": "现场核查记录。",
        },
        ground="false_materials",
    )
    case = registry.open_case(kind=Kind.REVOCATION, base_id=base, papers=papers, actor=clerk, now=opened)
    registry.pass_review(registration_id=case, actor=reviewer, now=later(opened, 5))
    registry.complete(registration_id=case, actor=clerk, now=later(opened, 6))
    registry.follow_procedures(now=later(opened, 6) + timedelta(minutes=1))
    number = queries.registration(base, now=later(opened, 6)).certificate_number
    return Outcome(f"/registry/certificates/{number}/", {"registration": str(base), "number": number})


SCENES: Final = (
    Scene(
        "change",
        "市场监督管理局的资源办理变更登记",
        "The market regulator's resource is changed by registration",
        change,
    ),
    Scene(
        "correct",
        "利害关系人申请更正，持有单位书面同意，登记得到更正",
        "An interested party asks for a correction, the holder consents in writing, the record is corrected",
        correct,
    ),
    Scene(
        "objection",
        "公示期内实名异议成立，一项登记被终止",
        "An objection during public notice is upheld, and a registration ends",
        objection,
    ),
    Scene(
        "revoke",
        "登记机构查明虚假材料，撤销登记，凭证随之失效",
        "The office finds false materials and revokes a registration; its certificate falls with it",
        revoke,
    ),
)
