"""Outside parts of the registry: typesetting."""
