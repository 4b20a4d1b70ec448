"""Keys that this copy was handed out with: none in the source; a platform that hands it out writes its own here."""

LOG_KEYS: tuple[str, ...] = ()  # verifier keys, old ones too
ISSUER_KEYS: tuple[str, ...] = ()  # Multikeys of those who sign certificates
