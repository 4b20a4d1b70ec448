"""Answers instead of data: policies, protected cubes, budgets, encrypted questions."""
