"""The operator registers property rights in its product, by the guideline's own clock, and they are certified."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from config.story.registration import TABLES, dictionary
from config.story.stage import Outcome, Scene, Stage
from registry import queries
from registry import services as registry
from registry.types import RightClaimed, RightDraft, RightForm, SubjectKind

MONTHS_AGO: Final = 2


def _draft(stage: Stage) -> RightDraft:
    described = dictionary(TABLES["health"])
    operator, product = stage.id("cast", "operator"), stage.id("build", "product")
    form = RightForm(
        name_zh=described["name_zh"],
        name_en=described["name_en"],
        overview_zh=described["description_zh"][:400],
        overview_en=described["description_en"][:400],
        industry="Q",
        source="derived",
        area="province",
        time_coverage="存证文件所载年度",
        update_frequency="yearly",
        volume="1 GB",
        form="table",
        limitations="仅提供受保护的统计结果和密态查询",
    )
    return RightDraft(
        type="first",
        subject_kind=SubjectKind.PRODUCT,
        subject_id=product,
        office_id=stage.id("cast", "office"),
        form=form,
        claims=(
            RightClaimed(holder_id=operator, right="use", ground="derived"),
            RightClaimed(holder_id=operator, right="operate", ground="derived", bounds="限授权运营协议范围"),
        ),
        years=3,
        evidence_sha256=hashlib.sha256(str(product).encode()).hexdigest(),
    )


def register(stage: Stage) -> Outcome:
    """Take the product's property rights from application to deposit and certificate."""
    later, start = stage.timeline.later, stage.timeline.months_ago(MONTHS_AGO)
    clerk, reviewer = stage.actor("demo-clerk"), stage.actor("demo-reviewer")
    found = registry.apply_for_right(draft=_draft(stage), actor=stage.actor("demo-operator"), now=start)
    registry.accept_right(right_id=found, actor=clerk, now=later(start, 1))
    registry.pass_right(right_id=found, remarks="", actor=reviewer, now=later(start, 4))
    noticed = later(start, 5)
    registry.publish_right(right_id=found, actor=clerk, now=noticed)
    deposited = stage.timeline.on_working_day(later(noticed, 5) + timedelta(hours=1))
    code = registry.deposit_right(right_id=found, actor=clerk, now=deposited)
    registry.issue_certificates(signer=stage.keys.signer("office"), now=deposited + timedelta(minutes=1))
    number = queries.right(found, now=deposited + timedelta(minutes=1)).certificate_number
    return Outcome(f"/registry/certificates/{number}/", {"right": str(found), "code": code, "number": number})


SCENES: Final = (
    Scene(
        "property-right",
        "产品数据产权经受理、审查、公示、存证，取得数据产权登记凭证",
        "Property rights in the product are accepted, examined, noticed, deposited and certified",
        register,
    ),
)
