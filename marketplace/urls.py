"""The marketplace's pages."""

from django.urls import URLPattern, path

from marketplace.pages import catalogue, licences, orders, plans, settlement, webhooks

app_name = "marketplace"
urlpatterns: list[URLPattern] = [
    path("", catalogue.home, name="home"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("products/<uuid:product_id>/plans/<uuid:plan_id>/", plans.order_plan, name="order-plan"),
    path("subscriptions/", plans.subscriptions, name="subscriptions"),
    path("subscriptions/<uuid:subscription_id>/cancel/", plans.cancel, name="cancel-subscription"),
    path("products/<uuid:product_id>/", catalogue.product, name="product"),
    path("products/<uuid:product_id>/estimate", catalogue.estimate, name="estimate"),
    path("products/<uuid:product_id>/order", catalogue.order, name="place-order"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/pay", orders.pay, name="pay"),
    path("orders/<uuid:order_id>/return", orders.returned, name="returned"),
    path("orders/<uuid:order_id>/cancel", orders.cancel, name="cancel-order"),
    path("orders/<uuid:order_id>/refund", orders.refund, name="refund-order"),
    path("licences/", licences.licences, name="licences"),
    path("licences/<uuid:licence_id>/", licences.licence, name="licence"),
    path("licences/<uuid:licence_id>/queries/new", licences.ask, name="ask"),
    path("licences/<uuid:licence_id>/table/", licences.cube, name="cube"),
    path("licences/<uuid:licence_id>/lookup/", licences.lookup, name="lookup"),
    path("licences/<uuid:licence_id>/lookup/form.json", licences.tables, name="lookup-tables"),
    path("queries/<uuid:query_id>/", licences.query, name="query"),
    path("lookups/<uuid:lookup_id>/", licences.lookup_state, name="lookup-state"),
    path("lookups/<uuid:lookup_id>/reply.bin", licences.reply, name="lookup-reply"),
    path("settlements/", settlement.settlements, name="settlements"),
    path("settlements/<uuid:settlement_id>/", settlement.settlement, name="settlement"),
    path("desk/", settlement.desk, name="desk"),
    path("webhooks/stripe", webhooks.stripe, name="stripe-webhook"),
]
