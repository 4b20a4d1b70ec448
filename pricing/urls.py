"""The pricing's pages."""

from django.urls import URLPattern, path

from pricing.pages import acts, desks, public, reports

app_name = "pricing"
urlpatterns: list[URLPattern] = [
    path("", public.fees, name="fees"),
    path("fees.csv", public.fees_csv, name="fees-csv"),
    path("products/<uuid:product_id>/", public.product, name="product"),
    path("products/<uuid:product_id>/fee/", acts.set_fee, name="set-fee"),
    path("products/<uuid:product_id>/use/", acts.declare, name="declare"),
    path("decisions/<uuid:decision_id>/", public.decision, name="decision"),
    path("decisions/<uuid:decision_id>/concur/", acts.concur, name="concur"),
    path("decisions/<uuid:decision_id>/withdraw/", acts.withdraw, name="withdraw"),
    path("decisions/<uuid:decision_id>/ceilings/", acts.set_ceiling, name="set-ceiling"),
    path("derivations/<uuid:derivation_id>/", public.derivation, name="derivation"),
    path("agreements/<uuid:agreement_id>/", public.agreement, name="agreement"),
    path("agreements/<uuid:agreement_id>/report.csv", public.agreement_csv, name="agreement-csv"),
    path("agreements/<uuid:agreement_id>/survey/", desks.new_survey, name="survey-new"),
    path("agreements/<uuid:agreement_id>/disclosure/", reports.disclosure, name="disclosure"),
    path("agreements/<uuid:agreement_id>/report/", reports.yearly, name="yearly"),
    path("parameters/", reports.parameters, name="parameters"),
    path("surveys/<uuid:survey_id>/evidence/", reports.add_evidence, name="add-evidence"),
    path("evidence/<uuid:evidence_id>/", reports.evidence, name="evidence"),
    path("uses/", public.cases, name="cases"),
    path("uses/<uuid:application_id>/confirm/", acts.confirm, name="confirm"),
    path("uses/<uuid:application_id>/refuse/", acts.refuse, name="refuse"),
    path("costs/", desks.costs, name="costs"),
    path("desk/", desks.desk, name="desk"),
    path("surveys/<uuid:survey_id>/", desks.survey, name="survey"),
    path("surveys/<uuid:survey_id>/apply/", acts.apply_for_pricing, name="apply"),
    path("surveys/<uuid:survey_id>/decide/", desks.decide, name="decide"),
    path("surveys/<uuid:survey_id>/lines/<int:number>/", acts.adjust, name="adjust"),
]
