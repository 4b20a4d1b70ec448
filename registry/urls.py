"""The registry's pages."""

from allauth.account import views as accounts
from django.urls import URLPattern, path

from registry.pages import certificates, desks, public, parties
from registry.pages import accounts as own

app_name = "registry"
urlpatterns: list[URLPattern] = [
    path("", public.notices, name="home"),
    path("notices/", public.notices, name="notices"),
    path("notices/<uuid:registration_id>/", public.notice, name="notice"),
    path("registrations/<uuid:registration_id>/", public.registration, name="registration"),
    path("registrations/<uuid:registration_id>/resubmit/", desks.resubmit, name="resubmit"),
    path("registrations/<uuid:registration_id>/<slug:name>/", desks.act, name="act"),
    path("registrations/<uuid:registration_id>/objections/<uuid:objection_id>/", desks.decide, name="decide"),
    path("desk/", desks.desk, name="desk"),
    path("applications/", desks.applications, name="applications"),
    path("apply/<slug:kind>/<uuid:subject_id>/", desks.apply, name="apply"),
    path("resources/", public.resources, name="resources"),
    path("resources/<uuid:resource_id>/", public.resource, name="resource"),
    path("products/<uuid:product_id>/", public.product, name="product"),
    path("agreements/<uuid:agreement_id>/", public.agreement, name="agreement"),
    path("certificates/", certificates.check, name="certificates"),
    path("certificates/<str:number>/", certificates.certificate, name="certificate"),
    path("certificates/<str:number>/credential.json", certificates.credential, name="credential"),
    path("certificates/<str:number>/code.svg", certificates.code, name="certificate-code"),
    path("certificates/<str:number>/certificate.pdf", certificates.paper, name="certificate-paper"),
    path("certificates/<str:number>/sm2.json", certificates.countersignature, name="countersignature"),
    path("certificates/<str:number>/<slug:name>/", certificates.act, name="certificate-act"),
    path("status/<str:name>.json", certificates.status_list, name="status-list"),
    path("contexts/<str:name>", certificates.context, name="context"),
    path("account/", own.account, name="account"),
    path("account/organisation/", own.switch, name="switch"),
    path("account/security/", own.security, name="security"),
    path("account/sessions/<int:session_id>/end/", own.end_session, name="session-end"),
    path("account/keys/", own.keys, name="keys"),
    path("account/keys/<uuid:key_id>/revoke/", own.revoke_key, name="key-revoke"),
    path("identity/", parties.identity_desk, name="identity-desk"),
    path("identity/new/", parties.apply_for_identity, name="identity-apply"),
    path("identity/<uuid:application_id>/", parties.identity, name="identity"),
    path("organisations/", parties.directory, name="directory"),
    path("organisations/<uuid:organisation_id>/", parties.organisation, name="organisation"),
    path("organisations/<uuid:organisation_id>/members/<int:user_id>/", parties.member_roles, name="member-roles"),
    path("organisations/<uuid:organisation_id>/invitations/", parties.invite, name="invite"),
    path("organisations/<uuid:organisation_id>/contacts/", parties.add_contact, name="contact-add"),
    path("organisations/<uuid:organisation_id>/end/", parties.deactivate, name="organisation-end"),
    path("contacts/<uuid:contact_id>/remove/", parties.remove_contact, name="contact-remove"),
    path("invitations/<uuid:invitation_id>/withdraw/", parties.withdraw_invitation, name="invitation-withdraw"),
    path("invitations/<str:token>/", parties.invitation, name="invitation"),
    path("login/", accounts.login, name="login"),
    path("logout/", accounts.logout, name="logout"),
]
