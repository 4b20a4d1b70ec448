"""Roles and kinds: the words other apps may use."""

import enum


class Role(enum.StrEnum):
    """What a person may do on behalf of an organisation."""

    HOLDER_AGENT = "holder_agent"
    REGISTRY_CLERK = "registry_clerk"
    REGISTRY_REVIEWER = "registry_reviewer"
    IMPLEMENTING_AGENCY = "implementing_agency"
    AUTHORISING_BODY = "authorising_body"
    DATA_AUTHORITY = "data_authority"
    PRICING_AUTHORITY = "pricing_authority"
    OPERATOR = "operator"
    BUYER = "buyer"
    BROKER = "broker"
    CUSTODIAN = "custodian"
    REGULATOR = "regulator"
    CHIEF_DATA_OFFICER = "chief_data_officer"
    ORGANISATION_ADMIN = "organisation_admin"


class OrganisationKind(enum.StrEnum):
    """What an organisation is in law."""

    GOVERNMENT = "government"
    INSTITUTION = "institution"
    STATE_ENTERPRISE = "state_enterprise"
    UTILITY = "utility"
    ENTERPRISE = "enterprise"
    SOCIAL = "social"


class Level(enum.StrEnum):
    """The level of government an organisation belongs to, by which applications find their office (26号 Art 6)."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class SubjectKind(enum.StrEnum):
    """What a registration is about (the national platform's dataRegistType 1 and 2)."""

    RESOURCE = "resource"
    PRODUCT = "product"
