"""The national catalogue's enumerations and field widths (NDI—TR—2025—06, tables A.1 and A.2).

Values are the codes the national platform exchanges; labels are for people and stand beside them in both languages.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


class DataSource(enum.StrEnum):
    """How the holder came by the data (A.1 dataSource)."""

    ORIGINAL = "01"
    COLLECTED = "02"
    TRADED = "03"
    OTHER = "04"


class ResourceStatus(enum.StrEnum):
    """Where a resource stands with the registry (A.1 resourceStatus)."""

    TO_REGISTER = "01"
    REGISTERED = "02"
    REVOKED = "03"


class ProductType(enum.StrEnum):
    """What a product is (A.2 productType; the dictionary's five, not the body text's six)."""

    DATASET = "01"
    API = "02"
    APPLICATION = "03"
    REPORT = "04"
    OTHER = "05"


class DeliveryMethod(enum.StrEnum):
    """How a product reaches its user (A.2 deliveryMethod)."""

    FILE = "01"
    STREAM = "02"
    API = "03"


class DataSubject(enum.StrEnum):
    """Whose data a product rests on (A.2 dataSubject)."""

    PERSONAL = "01"
    ENTERPRISE = "02"
    PUBLIC = "03"


class SharingType(enum.StrEnum):
    """Whether other departments may have the resource (government catalogue practice)."""

    UNCONDITIONAL = "1"
    CONDITIONAL = "2"
    NOT_SHARED = "3"


class OpenType(enum.StrEnum):
    """Whether the public may have the resource (government catalogue practice)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    CLOSED = "closed"


class UpdateFrequency(enum.StrEnum):
    """How often the data changes (government catalogue practice)."""

    REAL_TIME = "real_time"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    ON_DEMAND = "on_demand"


class LibraryKind(enum.StrEnum):
    """Which kind of library the resource belongs to: 基础库, 主题库, 专题库."""

    BASIC = "basic"
    THEMATIC = "thematic"
    SPECIAL = "special"


class Channel(enum.StrEnum):
    """Over which network the resource is offered (government catalogue practice)."""

    GOVERNMENT = "government_network"
    INTERNET = "internet"
    DEDICATED = "dedicated_network"


class SizeUnit(enum.StrEnum):
    """The unit of a size (A.2 dataSize)."""

    MB = "MB"
    GB = "GB"
    TB = "TB"


class ProviderType(enum.StrEnum):
    """What the provider of a product is (A.2 providerType)."""

    NATURAL = "01"
    LEGAL = "02"
    OTHER = "03"


class Sensitivity(enum.StrEnum):
    """How carefully a single field must be treated."""

    PUBLIC = "public"
    INTERNAL = "internal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Label:
    """One value's name in both languages."""

    name_zh: str
    name_en: str


LABELS_TYPE = Mapping[str, Label]


def labels(**pairs: tuple[str, str]) -> LABELS_TYPE:
    """Return names in both languages by value."""
    return MappingProxyType({key: Label(*pair) for key, pair in pairs.items()})


DATA_SOURCE = MappingProxyType(
    {
        DataSource.ORIGINAL: Label("原始取得", "Originally obtained"),
        DataSource.COLLECTED: Label("收集取得", "Collected"),
        DataSource.TRADED: Label("交易取得", "Obtained by trade"),
        DataSource.OTHER: Label("其他", "Other"),
    }
)
RESOURCE_STATUS = MappingProxyType(
    {
        ResourceStatus.TO_REGISTER: Label("待登记", "To be registered"),
        ResourceStatus.REGISTERED: Label("已登记", "Registered"),
        ResourceStatus.REVOKED: Label("已撤销", "Revoked"),
    }
)
PRODUCT_TYPE = MappingProxyType(
    {
        ProductType.DATASET: Label("数据集", "Data set"),
        ProductType.API: Label("API产品", "API"),
        ProductType.APPLICATION: Label("数据应用", "Data application"),
        ProductType.REPORT: Label("数据报告", "Data report"),
        ProductType.OTHER: Label("其他", "Other"),
    }
)
DELIVERY_METHOD = MappingProxyType(
    {
        DeliveryMethod.FILE: Label("文件传输", "File"),
        DeliveryMethod.STREAM: Label("数据流传输", "Stream"),
        DeliveryMethod.API: Label("API传输", "API"),
    }
)
DATA_SUBJECT = MappingProxyType(
    {
        DataSubject.PERSONAL: Label("个人信息", "Personal information"),
        DataSubject.ENTERPRISE: Label("企业数据", "Enterprise data"),
        DataSubject.PUBLIC: Label("公共数据", "Public data"),
    }
)
SHARING_TYPE = MappingProxyType(
    {
        SharingType.UNCONDITIONAL: Label("无条件共享", "Shared unconditionally"),
        SharingType.CONDITIONAL: Label("有条件共享", "Shared on conditions"),
        SharingType.NOT_SHARED: Label("不予共享", "Not shared"),
    }
)
OPEN_TYPE = labels(
    unconditional=("无条件开放", "Open"),
    conditional=("有条件开放", "Open on conditions"),
    closed=("不予开放", "Not open"),
)
UPDATE_FREQUENCY = labels(
    real_time=("实时", "Real time"),
    daily=("每日", "Daily"),
    weekly=("每周", "Weekly"),
    monthly=("每月", "Monthly"),
    quarterly=("每季度", "Quarterly"),
    yearly=("每年", "Yearly"),
    on_demand=("按需", "On demand"),
)
LIBRARY_KIND = labels(
    basic=("基础库", "Basic library"),
    thematic=("主题库", "Thematic library"),
    special=("专题库", "Special library"),
)
CHANNEL = labels(
    government_network=("政务外网", "Government network"),
    internet=("互联网", "Internet"),
    dedicated_network=("专网", "Dedicated network"),
)
PROVIDER_TYPE = MappingProxyType(
    {
        ProviderType.NATURAL: Label("自然人", "Natural person"),
        ProviderType.LEGAL: Label("法人", "Legal person"),
        ProviderType.OTHER: Label("非法人组织", "Organisation without legal personality"),
    }
)
SENSITIVITY = labels(
    public=("公开", "Public"),
    internal=("内部", "Internal"),
    sensitive=("敏感", "Sensitive"),
)

# GB/T 4754-2017 sections (门类); the catalogue stores the letter.
INDUSTRY = MappingProxyType(
    {
        "A": Label("农、林、牧、渔业", "Agriculture, forestry, husbandry, fishery"),
        "B": Label("采矿业", "Mining"),
        "C": Label("制造业", "Manufacturing"),
        "D": Label("电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water"),
        "E": Label("建筑业", "Construction"),
        "F": Label("批发和零售业", "Wholesale and retail"),
        "G": Label("交通运输、仓储和邮政业", "Transport, storage and post"),
        "H": Label("住宿和餐饮业", "Accommodation and catering"),
        "I": Label("信息传输、软件和信息技术服务业", "Information transmission, software and IT services"),
        "J": Label("金融业", "Finance"),
        "K": Label("房地产业", "Real estate"),
        "L": Label("租赁和商务服务业", "Leasing and business services"),
        "M": Label("科学研究和技术服务业", "Scientific research and technical services"),
        "N": Label("水利、环境和公共设施管理业", "Water, environment and public facilities"),
        "O": Label("居民服务、修理和其他服务业", "Resident services, repair and other services"),
        "P": Label("教育", "Education"),
        "Q": Label("卫生和社会工作", "Health and social work"),
        "R": Label("文化、体育和娱乐业", "Culture, sports and entertainment"),
        "S": Label("公共管理、社会保障和社会组织", "Public administration, social security, social organisations"),
        "T": Label("国际组织", "International organisations"),
    }
)

RESOURCE_NAME_WIDTH = 128
ABSTRACT_WIDTH = 1024
FORMAT_WIDTH = 24
LIMITATIONS_WIDTH = 2048

# Texts that must be given, and texts that may be, with the most characters each can have.
RESOURCE_TEXTS: Mapping[str, int] = MappingProxyType(
    {
        "name_zh": RESOURCE_NAME_WIDTH,
        "name_en": 200,
        "abstract_zh": ABSTRACT_WIDTH,
        "abstract_en": ABSTRACT_WIDTH,
        "format": FORMAT_WIDTH,
        "coverage": 64,
        "contact_office": 40,
        "contact_phone": 20,
    }
)
RESOURCE_REMARKS: Mapping[str, int] = MappingProxyType(
    {
        "region": 6,
        "source_note": 500,
        "sharing_condition": 300,
        "open_condition": 300,
        "others": LIMITATIONS_WIDTH,
        "security_officer": 64,
    }
)
RESOURCE_WORDS: Mapping[str, Mapping[Any, Label]] = MappingProxyType(
    {
        "industry": INDUSTRY,
        "data_source": DATA_SOURCE,
        "sharing": SHARING_TYPE,
        "openness": OPEN_TYPE,
        "update_frequency": UPDATE_FREQUENCY,
        "library": LIBRARY_KIND,
    }
)
PRODUCT_TEXTS: Mapping[str, int] = MappingProxyType(
    {
        "name_zh": RESOURCE_NAME_WIDTH,
        "name_en": 200,
        "description_zh": ABSTRACT_WIDTH,
        "description_en": ABSTRACT_WIDTH,
        "limitations": LIMITATIONS_WIDTH,
    }
)
PRODUCT_REMARKS: Mapping[str, int] = MappingProxyType(
    {
        "region": 12,
        "provider_description": ABSTRACT_WIDTH,
        "contact_name": 10,
        "contact_phone": 11,
        "others": LIMITATIONS_WIDTH,
    }
)
PRODUCT_WORDS: Mapping[str, Mapping[Any, Label]] = MappingProxyType(
    {
        "industry": INDUSTRY,
        "product_type": PRODUCT_TYPE,
        "delivery_method": DELIVERY_METHOD,
        "data_subject": DATA_SUBJECT,
        "update_frequency": UPDATE_FREQUENCY,
    }
)
