"""Pricing's pages."""
