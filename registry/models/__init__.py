"""Tables of the registry."""

from registry.models.casework import ConfirmationSheet, CoRegistrant, CorrectionConsent, ReviewSignature
from registry.models.certificates import (
    AssetRequest,
    AssetValuation,
    Certificate,
    Countersignature,
    Standing,
    StandingChange,
    StatusList,
)
from registry.models.desks import Letter, LimitOverride, OfficePolicy, Proposal, UseReport
from registry.models.dossiers import Deposit, Draft, PartyRight, QualityReport, Version
from registry.models.lists import DataDemand, ImportBatch, InformationSystem
from registry.models.office import CalendarYear, Serial
from registry.models.operation import (
    Affiliation,
    Agreement,
    Disclosure,
    Evaluation,
    Plan,
    ProviderConsent,
    RevenueShare,
    Selection,
    SelectionBid,
)
from registry.models.outreach import AccessRequest, InformationReport, NoticeMail, NoticeSubscription, OpeningPlan
from registry.models.parties import (
    ApiKey,
    ContactPerson,
    Invitation,
    Membership,
    Organisation,
    OrganisationApplication,
    PersonIdentity,
    User,
)
from registry.models.property_rights import PropertyRight, RightClaim, RightObjection, RightsRegistry
from registry.models.registrations import Objection, Registration, RunningLimit
from registry.models.resources import DataProduct, DataResource, ResourceField

__all__ = [
    "AccessRequest",
    "Affiliation",
    "Agreement",
    "ApiKey",
    "AssetRequest",
    "AssetValuation",
    "CalendarYear",
    "Certificate",
    "CoRegistrant",
    "ConfirmationSheet",
    "ContactPerson",
    "CorrectionConsent",
    "Countersignature",
    "DataDemand",
    "DataProduct",
    "DataResource",
    "Deposit",
    "Disclosure",
    "Draft",
    "Evaluation",
    "ImportBatch",
    "InformationReport",
    "InformationSystem",
    "Invitation",
    "Letter",
    "LimitOverride",
    "Membership",
    "NoticeMail",
    "NoticeSubscription",
    "Objection",
    "OfficePolicy",
    "OpeningPlan",
    "Organisation",
    "OrganisationApplication",
    "PartyRight",
    "PersonIdentity",
    "Plan",
    "PropertyRight",
    "Proposal",
    "ProviderConsent",
    "QualityReport",
    "Registration",
    "ResourceField",
    "RevenueShare",
    "ReviewSignature",
    "RightClaim",
    "RightHolding",
    "RightObjection",
    "RightsRegistry",
    "RunningLimit",
    "Selection",
    "SelectionBid",
    "Serial",
    "Standing",
    "StandingChange",
    "StatusList",
    "UseReport",
    "User",
    "Version",
]
