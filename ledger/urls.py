"""The explorer's addresses, and the log's own as static files would have them."""

from django.urls import path

from ledger.pages import explorer, serving

app_name = "ledger"
urlpatterns = [
    path("", explorer.explorer, name="explorer"),
    path("entries/<uuid:entry_id>/", explorer.entry, name="entry"),
    path("entries/<uuid:entry_id>/trace/", explorer.trace, name="trace"),
    path("entries/<uuid:entry_id>/receipt/", explorer.receipt, name="receipt"),
    path("heads/", explorer.heads, name="heads"),
    path("verifier/", explorer.verifier, name="verifier"),
    path("key/", explorer.key, name="key"),
    path("log/checkpoint", serving.checkpoint, name="checkpoint"),
    path("log/tile/entries/<path:place>", serving.bundle, name="bundle"),
    path("log/tile/<int:level>/<path:place>", serving.tile, name="tile"),
    path("log/export", serving.export, name="export"),
]
