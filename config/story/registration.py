"""The registry's part of the story: three resources declared, then registered on real working-day clocks."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from config.environment import ROOT
from config.story.cast import OPENING_MONTHS, REGION
from config.story.stage import Outcome, Scene, Stage
from registry import queries
from registry import services as registry
from registry.catalogue import DataSource, LibraryKind, OpenType, Sensitivity, SharingType, UpdateFrequency
from registry.grade import Assessment, Harm, Object
from registry.types import FieldView, Materials, ResourceDeclaration, SubjectKind

TABLES: Final = {"health": "randhie", "market": "grunfeld", "transport": "modechoice"}
INDUSTRIES: Final = {"health": "Q", "market": "S", "transport": "G"}
DICTIONARIES: Final = ROOT / "privacy" / "domain" / "data"


def dictionary(table: str) -> dict[str, Any]:
    """Return the public dictionary of a demonstration table: names, fields, protected unit, limits."""
    found: dict[str, Any] = json.loads((DICTIONARIES / f"{table}.json").read_text(encoding="utf-8"))
    return found


def _fields(described: dict[str, Any]) -> tuple[FieldView, ...]:
    return tuple(
        FieldView(
            name=column["name"],
            type=column["type"],
            description_zh=column["name_zh"],
            description_en=column["name_en"],
            sensitivity=Sensitivity.SENSITIVE if column["class"] == "hidden" else Sensitivity.INTERNAL,
        )
        for column in described["columns"]
    )


def declare(code: str, stage: Stage) -> Outcome:
    """Declare the resource of holder ``code`` with its catalogue fields and its grade."""
    now = stage.timeline.months_ago(OPENING_MONTHS) + timedelta(hours=1)
    described = dictionary(TABLES[code])
    declaration = ResourceDeclaration(
        name_zh=described["name_zh"],
        name_en=described["name_en"],
        abstract_zh=described["description_zh"],
        abstract_en=described["description_en"],
        industry=INDUSTRIES[code],
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
        assessments=(
            Assessment(object=Object.PERSONAL_RIGHTS, harm=Harm.GENERAL),
            Assessment(object=Object.PUBLIC_INTEREST, harm=Harm.GENERAL),
        ),
        fields=_fields(described),
    )
    resource = registry.declare_resource(declaration=declaration, actor=stage.actor(f"demo-{code}"), now=now)
    return Outcome(f"/registry/resources/{resource}/", {"resource": str(resource), "at": now.isoformat()})


def materials(described: dict[str, Any], evidence: str) -> Materials:
    """Return the materials of a first registration of what ``described`` describes."""
    return Materials(
        subject="持有单位依法履职形成并管理，主体信息见统一身份登记。",
        lawful_source="公有领域数据，来源与许可说明见存证文件。",
        situation=described["description_zh"],
        evidence="存证文件哈希见登记信息；来源可查、加工可控。",
        products="受保护的统计汇总、密态查询。",
        scenarios="产业发展：保险产品设计；公共治理：医疗服务评估。",
        risk_assessment="原始数据不出域；对外仅提供加噪、阈值处理后的结果。",
        evidence_sha256=evidence,
    )


def register(
    stage: Stage, *, kind: SubjectKind, subject: UUID, applicant: str, papers: Materials, start: datetime
) -> dict[str, str]:
    """Take a subject from application to code, each act on a working day within its limit; return ids and moments."""
    later, office = stage.timeline.later, stage.id("cast", "office")
    clerk, reviewer = stage.actor("demo-clerk"), stage.actor("demo-reviewer")
    found = registry.prepare(
        subject_kind=kind,
        subject_id=subject,
        office_id=office,
        papers=papers.papers(),
        actor=stage.actor(applicant),
        now=start,
    )
    registry.sign_review(registration_id=found, actor=stage.actor(f"{applicant}-cdo"), now=start)
    registry.submit(registration_id=found, actor=stage.actor(applicant), now=start + timedelta(minutes=10))
    registry.accept(registration_id=found, actor=clerk, now=later(start, 2))
    reviewed = later(start, 9)
    registry.pass_review(registration_id=found, actor=reviewer, now=reviewed)
    noticed = later(reviewed, 1)
    registry.publish_notice(registration_id=found, actor=clerk, now=noticed)
    coded = stage.timeline.on_working_day(later(noticed, 10) + timedelta(hours=2))
    code = registry.assign_code(registration_id=found, actor=clerk, now=coded)
    registry.issue_certificates(signer=stage.keys.signer("office"), now=coded + timedelta(minutes=1))
    return {"registration": str(found), "code": str(code), "at": coded.isoformat()}


def register_resource(code: str, stage: Stage) -> Outcome:
    """Register the resource of holder ``code``."""
    described = dictionary(TABLES[code])
    public = json.loads((stage.data_dir / "holders-public" / f"{code}.json").read_text(encoding="utf-8"))
    evidence = public["tables"][0]["content_hash"]
    facts = register(
        stage,
        kind=SubjectKind.RESOURCE,
        subject=stage.id(f"declare-{code}", "resource"),
        applicant=f"demo-{code}",
        papers=materials(described, evidence),
        start=stage.timeline.later(stage.moment(f"declare-{code}"), 3),
    )
    return Outcome(f"/registry/registrations/{facts['registration']}/", facts)


def certificate(scene: str, stage: Stage) -> Outcome:
    """Show the certificate that the office signed for the registration that ``scene`` made."""
    registration = stage.id(scene, "registration")
    number = queries.registration(registration, now=stage.moment(scene)).certificate_number
    return Outcome(f"/registry/certificates/{number}/", {"number": number})


_NAMES: Final = {
    "health": ("卫生健康委员会", "the health commission"),
    "market": ("市场监督管理局", "the market regulator"),
    "transport": ("交通运输厅", "the transport authority"),
}


def _scenes(code: str) -> tuple[Scene, ...]:
    zh, en = _NAMES[code]
    return (
        Scene(
            f"register-{code}",
            f"{zh}的资源经申请、受理、形式审核、公示取得登记结果查询码",
            f"The resource of {en} is applied for, accepted, reviewed, noticed and coded",
            partial(register_resource, code),
        ),
        Scene(
            f"certificate-{code}",
            f"登记机构签发{zh}资源的登记凭证",
            f"The registry office signs the certificate of {en}'s resource",
            partial(certificate, f"register-{code}"),
        ),
    )


DECLARATIONS: Final = tuple(
    Scene(f"declare-{code}", f"{zh}申报数据资源", f"{en.capitalize()} declares its resource", partial(declare, code))
    for code, (zh, en) in _NAMES.items()
)
REGISTRATIONS: Final = tuple(scene for code in TABLES for scene in _scenes(code))
