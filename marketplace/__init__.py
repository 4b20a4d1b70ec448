"""Who buys what: listings, orders, payments, licences, settlement."""
