"""A witness of the log: remembers the last head it saw, and cosigns a new one only when it continues that one.

It runs at a regulator's, with a key and a memory of its own, and needs the standard library and ``cryptography``.
"""
