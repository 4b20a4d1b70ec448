"""Pricing's outside parts: the typesetter that makes PDF files."""

from pricing.gateways.paper import NoChineseFont, Paper, Section, pdf

__all__ = ["NoChineseFont", "Paper", "Section", "pdf"]
