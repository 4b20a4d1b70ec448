"""How Gongshu is run: on one machine, and beyond it."""
