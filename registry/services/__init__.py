"""What may be done in the registry."""

from registry.services import refusals
from registry.services.accounts import end_session
from registry.services.assignments import assign
from registry.services.cases import consent_to_correction, open_case
from registry.services.certificates import issue_certificates, request_asset_certificate
from registry.services.certificates_standing import (
    countersign,
    follow_procedures,
    publish_status_lists,
    resume_certificate,
    suspend_certificate,
)
from registry.services.certificates_valuation import note_valuation
from registry.services.coding import assign_code, lapse
from registry.services.completion import complete
from registry.services.dossiers import (
    DECLARANT,
    deposit_file,
    discard_draft,
    end_right,
    record_quality,
    record_right,
    save_draft,
)
from registry.services.drafts import discard, prepare, prepare_next, revise
from registry.services.imports import confirm_import, discard_import, preview_import
from registry.services.invitation_mails import invitations_to_mail, note_invitation_sent
from registry.services.keys import issue_api_key, note_key_use, revoke_api_key
from registry.services.letters import mark_read
from registry.services.lists import answer_demand, list_demand, list_system, withdraw_demand
from registry.services.notices import decide_objection, publish_notice, raise_objection
from registry.services.openings import decide_access, open_resource, plan_opening, request_access, withdraw_opening
from registry.services.operation import conclude_agreement, file_agreement, start_operation
from registry.services.oversight import (
    accept_evaluation,
    appeal_evaluation,
    decide_appeal,
    disclose,
    end_agreement,
    evaluate,
    exit_agreement,
    expire_agreements,
    resume_agreement,
    suspend_agreement,
)
from registry.services.parties import create_organisation, create_user, enter_calendar, require_word
from registry.services.parties_identity import (
    add_contact,
    apply_for_identity,
    deactivate_organisation,
    refuse_identity,
    remove_contact,
    state_identity,
    verify_identity,
    withdraw_application,
)
from registry.services.parties_members import (
    accept_invitation,
    grant_role,
    invite_member,
    revoke_role,
    withdraw_invitation,
)
from registry.services.plans import (
    abandon_plan,
    approve_plan,
    assess_plan,
    decide_plan,
    draft_plan,
    file_plan,
    revise_plan,
)
from registry.services.products import amend_product, declare_product
from registry.services.property_rights import (
    accept_right,
    apply_for_right,
    pass_right,
    refuse_right,
    resubmit_right,
    return_right,
)
from registry.services.property_rights_closing import (
    accept_by_silence,
    ask_supplement,
    deposit_right,
    extend_review,
    lapse_rights,
    publish_right,
    supplement,
)
from registry.services.property_rights_objections import (
    answer_objection,
    decide_right_objection,
    forward_objection,
    object_to_right,
)
from registry.services.proposals import letters_to_mail, note_mailed, propose, remind
from registry.services.refusals import *  # noqa: F403 - every refusal, listed there
from registry.services.registrations import accept, explain_delay, pass_review, refuse, return_for_completion, withdraw
from registry.services.reports import answer_report, report_personal_information
from registry.services.resources import amend_resource, declare_resource
from registry.services.reviews import sign_review
from registry.services.selections import (
    AFFILIATED,
    answer_consent,
    end_affiliation,
    record_affiliation,
    select_operator,
)
from registry.services.settings import decide_policy, override_limit
from registry.services.submissions import submit
from registry.services.subscriptions import confirm_subscription, end_subscription, note_sent, queue_notices, subscribe
from registry.services.uses import record_uses, report_drift, report_table_drift

__all__ = [
    "AFFILIATED",
    "DECLARANT",
    "abandon_plan",
    "accept",
    "accept_by_silence",
    "accept_evaluation",
    "accept_invitation",
    "accept_right",
    "add_contact",
    "amend_product",
    "amend_resource",
    "answer_consent",
    "answer_demand",
    "answer_objection",
    "answer_report",
    "appeal_evaluation",
    "apply_for_identity",
    "apply_for_right",
    "approve_plan",
    "ask_supplement",
    "assess_plan",
    "assign",
    "assign_code",
    "complete",
    "conclude_agreement",
    "confirm_import",
    "confirm_subscription",
    "consent_to_correction",
    "countersign",
    "create_organisation",
    "create_user",
    "deactivate_organisation",
    "decide_access",
    "decide_appeal",
    "decide_objection",
    "decide_plan",
    "decide_policy",
    "decide_right_objection",
    "declare_product",
    "declare_resource",
    "deposit_file",
    "deposit_right",
    "discard",
    "discard_draft",
    "discard_import",
    "disclose",
    "draft_plan",
    "end_affiliation",
    "end_agreement",
    "end_right",
    "end_session",
    "end_subscription",
    "enter_calendar",
    "evaluate",
    "exit_agreement",
    "expire_agreements",
    "explain_delay",
    "extend_review",
    "file_agreement",
    "file_plan",
    "follow_procedures",
    "forward_objection",
    "grant_role",
    "invitations_to_mail",
    "invite_member",
    "issue_api_key",
    "issue_certificates",
    "lapse",
    "lapse_rights",
    "letters_to_mail",
    "list_demand",
    "list_system",
    "mark_read",
    "note_invitation_sent",
    "note_key_use",
    "note_mailed",
    "note_sent",
    "note_valuation",
    "object_to_right",
    "open_case",
    "open_resource",
    "override_limit",
    "pass_review",
    "pass_right",
    "plan_opening",
    "prepare",
    "prepare_next",
    "preview_import",
    "propose",
    "publish_notice",
    "publish_right",
    "publish_status_lists",
    "queue_notices",
    "raise_objection",
    "record_affiliation",
    "record_quality",
    "record_right",
    "record_uses",
    "refuse",
    "refuse_identity",
    "refuse_right",
    "remind",
    "remove_contact",
    "report_drift",
    "report_personal_information",
    "report_table_drift",
    "request_access",
    "request_asset_certificate",
    "require_word",
    "resubmit_right",
    "resume_agreement",
    "resume_certificate",
    "return_for_completion",
    "return_right",
    "revise",
    "revise_plan",
    "revoke_api_key",
    "revoke_role",
    "save_draft",
    "select_operator",
    "sign_review",
    "start_operation",
    "state_identity",
    "submit",
    "subscribe",
    "supplement",
    "suspend_agreement",
    "suspend_certificate",
    "verify_identity",
    "withdraw",
    "withdraw_application",
    "withdraw_demand",
    "withdraw_invitation",
    "withdraw_opening",
]
__all__ += refusals.__all__
