"""One purchase through every floor, played on real parts: the past by services, the present over HTTP.

Each scene is remembered in the database when it is done, so a story that was killed goes on where it stopped.
"""
