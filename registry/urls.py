"""The registry's pages."""

from django.contrib.auth import views as accounts
from django.urls import URLPattern, path

from registry.pages import certificates, desks, public

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
    path("contexts/<str:name>", certificates.context, name="context"),
    path(
        "login/",
        accounts.LoginView.as_view(template_name="registry/login.html", redirect_authenticated_user=True),
        name="login",
    ),
    path("logout/", accounts.LogoutView.as_view(), name="logout"),
]
