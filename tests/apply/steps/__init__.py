"""Steps of plans, carried out."""
