"""Checks receipts of the log without the platform: the standard library, ``cryptography``, and a chain node if asked.

Written apart from the log's own rules, so that an error in one shows against the other.
"""
