"""Why the registry's services refuse: every error of theirs that callers meet by name."""

from registry.selection import BidRefused, TooFewBidders
from registry.services.assignments import NotAColleague
from registry.services.cases import NothingToConsent, NotTheOffices
from registry.services.casework import ReasonMissing, SameHands, WrongType
from registry.services.coding import NotExpired, RenewalPending
from registry.services.completion import RecordMoved
from registry.services.drafts import AlreadyRegistered, LoginNeeded, NotPrepared, NotRegistered, NotYourApplication
from registry.services.imports import ImportFaulty, ImportOver
from registry.services.keys import KeyForAnother, KeyTermRefused, ScopeMissing
from registry.services.notices import DecidedAlready, NoticeOver, NoticeStillOpen, ObjectionIncomplete, ObjectionPending
from registry.services.offices import NotAnOffice, WrongOffice
from registry.services.openings import AccessNotNeeded, NotToBeOpened, OpeningWrong
from registry.services.operation import ConsentMissing, RenewalGap, StartOutsideTerm
from registry.services.oversight import AppealOver, NotDue, NotEvaluable, OwnEvaluation
from registry.services.parties import AccountNeeded, NoSuchAccount, SourceMissing, UnknownWord, UsccTaken, UsernameTaken
from registry.services.parties_identity import (
    AlreadyApplied,
    DocumentKnown,
    IdentityIncomplete,
    LastContact,
    OwnApplication,
)
from registry.services.parties_members import (
    InvitationVoid,
    LastAdministrator,
    OrganisationInactive,
    OwnRole,
    RoleNotGrantable,
)
from registry.services.plans import DecisionMissing, NothingToChange
from registry.services.products import RedevelopmentRefused, ScopeExceeded
from registry.services.property_rights import RightFormWrong, RightPending
from registry.services.property_rights_closing import ExtendedAlready, RightNoticeOpen
from registry.services.property_rights_objections import NotForwarded
from registry.services.registrations import AlreadyReturned, CorrectionUnfounded, NotLate
from registry.services.resources import (
    AgreementNotInForce,
    ChangeNeedsRegistration,
    NameTaken,
    ResourcesNotRegistered,
    TextMissing,
)
from registry.services.reviews import MaterialsIncomplete, ReviewUnsigned
from registry.services.selections import AffiliationImpossible, BidTwice, ConsentNotAsked, SelectedAlready
from registry.services.settings import NotProvincial, RuleBackdated, RuleSourceMissing
from registry.services.submissions import OutsideRenewalWindow, RenewalTooLong
from registry.services.subscriptions import AddressWrong

__all__ = [
    "AccessNotNeeded",
    "AccountNeeded",
    "AddressWrong",
    "AffiliationImpossible",
    "AgreementNotInForce",
    "AlreadyApplied",
    "AlreadyRegistered",
    "AlreadyReturned",
    "AppealOver",
    "BidRefused",
    "BidTwice",
    "ChangeNeedsRegistration",
    "ConsentMissing",
    "ConsentNotAsked",
    "CorrectionUnfounded",
    "DecidedAlready",
    "DecisionMissing",
    "DocumentKnown",
    "ExtendedAlready",
    "IdentityIncomplete",
    "ImportFaulty",
    "ImportOver",
    "InvitationVoid",
    "KeyForAnother",
    "KeyTermRefused",
    "LastAdministrator",
    "LastContact",
    "LoginNeeded",
    "MaterialsIncomplete",
    "NameTaken",
    "NoSuchAccount",
    "NotAColleague",
    "NotAnOffice",
    "NotDue",
    "NotEvaluable",
    "NotExpired",
    "NotForwarded",
    "NotLate",
    "NotPrepared",
    "NotProvincial",
    "NotRegistered",
    "NotTheOffices",
    "NotToBeOpened",
    "NotYourApplication",
    "NothingToChange",
    "NothingToConsent",
    "NoticeOver",
    "NoticeStillOpen",
    "ObjectionIncomplete",
    "ObjectionPending",
    "OpeningWrong",
    "OrganisationInactive",
    "OutsideRenewalWindow",
    "OwnApplication",
    "OwnEvaluation",
    "OwnRole",
    "ReasonMissing",
    "RecordMoved",
    "RedevelopmentRefused",
    "RenewalGap",
    "RenewalPending",
    "RenewalTooLong",
    "ResourcesNotRegistered",
    "ReviewUnsigned",
    "RightFormWrong",
    "RightNoticeOpen",
    "RightPending",
    "RoleNotGrantable",
    "RuleBackdated",
    "RuleSourceMissing",
    "SameHands",
    "ScopeExceeded",
    "ScopeMissing",
    "SelectedAlready",
    "SourceMissing",
    "StartOutsideTerm",
    "TextMissing",
    "TooFewBidders",
    "UnknownWord",
    "UsccTaken",
    "UsernameTaken",
    "WrongOffice",
    "WrongType",
]
