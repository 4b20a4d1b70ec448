"""Gongshu on one machine: the supervisor and the parts it embeds. Nothing here imports Django or an app."""
