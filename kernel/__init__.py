"""What every floor stands on and nothing of one domain: a closed list of small modules."""
