"""What other apps may hold of the registry: frozen views, roles and drafts, joined by uuid."""

from registry.types.drafts import AgreementDraft, Bid, Materials, PlanDraft, ProductDeclaration, ResourceDeclaration
from registry.types.views import (
    AgreementText,
    AgreementView,
    CatalogueView,
    CertificateView,
    DeadlineView,
    FieldView,
    NoticeView,
    ObjectionView,
    OrganisationView,
    ProductView,
    RegistrationView,
    ResourceView,
)
from registry.types.words import Level, OrganisationKind, Role, SubjectKind

__all__ = [
    "AgreementDraft",
    "AgreementText",
    "AgreementView",
    "Bid",
    "CatalogueView",
    "CertificateView",
    "DeadlineView",
    "FieldView",
    "Level",
    "Materials",
    "NoticeView",
    "ObjectionView",
    "OrganisationKind",
    "OrganisationView",
    "PlanDraft",
    "ProductDeclaration",
    "ProductView",
    "RegistrationView",
    "ResourceDeclaration",
    "ResourceView",
    "Role",
    "SubjectKind",
]
