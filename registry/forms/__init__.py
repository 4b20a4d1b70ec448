"""What people fill in on the registry's pages."""

from registry.forms.accounts import (
    ContactForm,
    DirectoryForm,
    IdentityForm,
    InviteForm,
    KeyForm,
    PersonForm,
    RefuseForm,
    RolesForm,
    VerifyForm,
)
from registry.forms.casework import AssignForm, CaseForm, ChangesForm, DepositForm, DeskFilterForm, FIELD_WORDS, GroundForm, LimitForm, PartiesForm, PolicyForm, ReviewForm, StatementForm, YearsForm, amendable, plain, said
from registry.forms.certificates import CertificateReasonForm, CredentialFileForm, CredentialForm, NumberForm
from registry.forms.registrations import ConfirmForm, DecisionForm, ObjectionForm, ReasonForm

__all__ = [
    "said",
    "plain",
    "amendable",
    "YearsForm",
    "StatementForm",
    "ReviewForm",
    "PolicyForm",
    "PartiesForm",
    "LimitForm",
    "GroundForm",
    "FIELD_WORDS",
    "DeskFilterForm",
    "DepositForm",
    "ChangesForm",
    "CaseForm",
    "AssignForm",
    "CertificateReasonForm",
    "ConfirmForm",
    "ContactForm",
    "CredentialFileForm",
    "CredentialForm",
    "DecisionForm",
    "DirectoryForm",
    "IdentityForm",
    "InviteForm",
    "KeyForm",
    "NumberForm",
    "ObjectionForm",
    "PersonForm",
    "ReasonForm",
    "RefuseForm",
    "RolesForm",
    "VerifyForm",
]
