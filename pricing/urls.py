"""The pricing's pages."""

from django.urls import URLPattern, path

from pricing.pages import acts, deciding, desks, law, offers, public, reports

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
    path("products/<uuid:product_id>/plans/", offers.set_plan, name="set-plan"),
    path("plans/<uuid:plan_id>/end/", offers.end_plan, name="end-plan"),
    path("products/<uuid:product_id>/promotions/", offers.set_promotion, name="set-promotion"),
    path("products/<uuid:product_id>/share/", offers.share_revenue, name="share"),
    path("products/<uuid:product_id>/share-fixed/", offers.share_fixed, name="share-fixed"),
    path("products/<uuid:product_id>/value/", offers.value_product, name="value"),
    path("contact/", offers.contact, name="contact"),
    path("valuations/<uuid:valuation_id>/", reports.valuation, name="valuation"),
    path("distributions/<uuid:distribution_id>/", reports.distribution, name="distribution"),
    path("articles/", law.articles, name="articles"),
    path("articles/one/", law.article, name="article"),
    path("articles/enter/", law.enter_article, name="enter-article"),
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
    path("surveys/<uuid:survey_id>/decide/", deciding.decide, name="decide"),
    path("surveys/<uuid:survey_id>/lines/<int:number>/", acts.adjust, name="adjust"),
]
