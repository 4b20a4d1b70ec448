"""How much, and why: costs, permitted revenue, ceilings, fees, quotes, distribution."""
