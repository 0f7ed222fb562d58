"""Applying and rolling back over real HTTP, with real files and real processes."""
