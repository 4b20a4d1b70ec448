"""The explorer's addresses, and the log's own as static files would have them."""

from django.urls import path

from ledger.pages import chain, downloads, entries, explorer, heads, serving

app_name = "ledger"
urlpatterns = [
    path("", explorer.explorer, name="explorer"),
    path("entries/", explorer.entries, name="entries"),
    path("entries/<uuid:entry_id>/", entries.entry, name="entry"),
    path("entries/<uuid:entry_id>/trace/", entries.trace, name="trace"),
    path("entries/<uuid:entry_id>/openings/", entries.openings, name="openings"),
    path("entries/<uuid:entry_id>/receipt/", entries.receipt, name="receipt"),
    path("entries/<uuid:entry_id>/tlog-proof/", entries.tlog_proof, name="tlog-proof"),
    path("packs/<path:subject>/", entries.pack, name="pack"),
    path("subjects/<path:subject>/", explorer.subject, name="subject"),
    path("heads/", heads.heads, name="heads"),
    path("heads/<int:size>/", heads.head, name="head"),
    path("heads/<int:size>/checkpoint.txt", heads.checkpoint, name="head-checkpoint"),
    path("consistency/", heads.consistency, name="consistency"),
    path("witnesses/", heads.witnesses, name="witnesses"),
    path("witnesses/<uuid:witness_id>/retire/", heads.retire_witness, name="retire-witness"),
    path("chain/", chain.chain, name="chain"),
    path("blocks/<int:height>/", chain.block, name="block"),
    path("transactions/<str:tx_hash>/", chain.transaction, name="transaction"),
    path("verify/", downloads.verify, name="verify"),
    path("verifier/", downloads.verifier, name="verifier"),
    path("witness/", downloads.witness, name="witness"),
    path("key/", downloads.key, name="key"),
    path("log/checkpoint", serving.checkpoint, name="checkpoint"),
    path("log/tile/entries/<path:place>", serving.bundle, name="bundle"),
    path("log/tile/<str:level>/<path:place>", serving.tile, name="tile"),
    path("log/export", serving.export, name="export"),
]
