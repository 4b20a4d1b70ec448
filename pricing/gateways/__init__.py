"""Pricing's outside parts: the typesetter that makes PDF files."""

from pricing.gateways.paper import Paper, Section, pdf

__all__ = ["Paper", "Section", "pdf"]
