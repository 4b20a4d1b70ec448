"""The holder's side: a worker on the holder's machine with the holder's data and key, no platform database."""
