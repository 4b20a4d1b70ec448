"""Ratios of the platform's real paths to the barest thing that does the same work, measured side by side."""
