"""The explorer's addresses."""

from django.urls import path

from ledger import pages

app_name = "ledger"
urlpatterns = [
    path("", pages.explorer, name="explorer"),
    path("entries/<uuid:entry_id>/", pages.entry, name="entry"),
    path("entries/<uuid:entry_id>/trace/", pages.trace, name="trace"),
    path("entries/<uuid:entry_id>/receipt/", pages.receipt, name="receipt"),
    path("heads/", pages.heads, name="heads"),
    path("verifier/", pages.verifier, name="verifier"),
    path("key/", pages.key, name="key"),
]
