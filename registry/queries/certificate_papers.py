"""What stands on a certificate's paper, in both languages at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from kernel.workdays import SHANGHAI
from registry.certification import CertificateKind
from registry.credential import key_of_method, multikey
from registry.limits import local_day
from registry.quality import FIGURE, Figure
from registry.queries.certificates import last_day
from registry.rights import GROUND, Ground
from registry.types import CertificateView

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    CertificateKind.REGISTRATION: ("公共数据资源登记证书", "Certificate of Registration of Public Data"),
    CertificateKind.PROPERTY_RIGHT: ("数据产权登记凭证", "Certificate of Data Property Rights"),
    CertificateKind.DATA_ASSET: ("数据资产凭证", "Data-Asset Certificate"),
}
STAMPS: Final[Mapping[str, tuple[str, str]]] = {
    "valid": ("", "valid"),
    "expired": ("已到期", "expired"),
    "suspended": ("已暂停", "suspended"),
    "superseded": ("已换发", "superseded"),
    "cancelled": ("已注销", "cancelled"),
    "revoked": ("已撤销", "revoked"),
}
METHODS: Final[Mapping[str, str]] = {
    "cost": "成本法 Cost approach",
    "income": "收益法 Income approach",
    "market": "市场法 Market approach",
}
SUBJECTS: Final = {"RegisteredDataProduct": "公共数据产品和服务", "RegisteredDataResource": "公共数据资源"}
_FACTS: Final = (
    ("registrantZh", "登记主体", "Registrant"),
    ("registrantUscc", "统一社会信用代码", "Unified social credit code"),
    ("titleZh", "数据名称", "Name of the data"),
    ("titleEn", "英文名称", "Name in English"),
    ("registrationType", "登记类型", "Type of registration"),
    ("registrationCode", "登记结果查询码", "Registration code"),
    ("dataCode", "数据标识编码", "Data code"),
    ("agreementNumber", "授权运营协议", "Agreement"),
    ("summaryZh", "数据概述", "Overview"),
    ("region", "地域范围", "Region"),
    ("timeCoverage", "时域范围", "Time covered"),
    ("updateFrequency", "更新频率", "Update frequency"),
    ("dataVolume", "数据量", "Volume"),
    ("limitations", "限制范围", "Limits"),
    ("remarks", "备注", "Remarks"),
    ("valuationYuan", "估值（元）", "Valuation (yuan)"),
    ("valuationMethod", "估值方法", "Valuation method"),
    ("supersedes", "换发自", "Supersedes"),
)


def certificate_paper(view: CertificateView, *, now: datetime) -> dict[str, Any]:
    """Return what the paper of a certificate says: title, statement, facts, rows, proofs; its stamp unless valid."""
    document = json.loads(view.credential)
    said = document["credentialSubject"]
    zh, en = TITLES[view.kind]
    columns, rows = _rows(said)
    return {
        "title_zh": zh,
        "title_en": en,
        "number": view.number,
        "statement_zh": f"经审核，{said['registrantZh']}申请登记的“{said['titleZh']}”符合{said['legalBasis']}的规定，"
        f"予以登记，特发此证。有效期自 {local_day(view.issued_at)} 至 {last_day(view.valid_until)}（含）。",
        "statement_en": f"This certifies the registration of “{said['titleEn']}”, valid up to and including "
        f"{last_day(view.valid_until)}. Ground: {said['legalBasis']}.",
        "facts": [{"zh": a, "en": b, "value": _said(said, key)} for key, a, b in _FACTS if said.get(key)],
        "columns": columns,
        "rows": rows,
        "address": address(view.number),
        "office_zh": said["officeZh"],
        "office_en": said.get("officeEn", ""),
        "issued": f"{view.issued_at.astimezone(SHANGHAI):%Y 年 %m 月 %d 日}",
        "stamp": STAMPS[view.state][0],
        "printed": _printed(view, now),
        "proofs": _proofs(view, document),
    }


def address(number: str) -> str:
    """Return the address that a certificate's QR code leads to."""
    return f"{settings.PUBLIC_URL}/registry/certificates/{number}/"


def _said(said: Mapping[str, Any], key: str) -> str:
    value = str(said[key])
    if key == "valuationMethod":
        return "；".join(METHODS.get(one, one) for one in value.split("_"))
    return value


def _printed(view: CertificateView, now: datetime) -> str:
    zh, en = STAMPS[view.state]
    moment = f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M} CST"
    said = f"本页生成于 {moment}，当时状态：{zh or '有效'}；以网上查验结果为准。"
    return f"{said}Made {moment}, then {en}; the online check prevails."


def _rows(said: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    if said.get("rights"):
        lines = [
            [one["holderZh"], one["rightZh"], GROUND[Ground(one["ground"])].name_zh, one["bounds"] or "—"]
            for one in said["rights"]
        ]
        return ["权利主体 Holder", "权利 Right", "取得方式 Ground", "范围与限制 Bounds"], lines
    if said.get("quality"):
        titles = [FIGURE[figure].name_zh for figure in Figure]
        return ["数据资源", *titles], [
            [one["resourceCode"][-8:], *[one.get(figure.value, "—") for figure in Figure]] for one in said["quality"]
        ]
    return [], []


def _proofs(view: CertificateView, document: Mapping[str, Any]) -> list[str]:
    given = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    key = key_of_method(view.verification_method)
    return [
        f"Ed25519 {multikey(key) if key else ''}",
        *[f"{one['cryptosuite']} {one['proofValue']}" for one in given],
        f"账本记录 ledger entry {view.entry_id}",
    ]
