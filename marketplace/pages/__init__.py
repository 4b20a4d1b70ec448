"""The marketplace's pages: the public site, orders, licences and their questions, settlement, and the webhook."""
