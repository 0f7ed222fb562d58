"""Where the work stands: what `reconciler status` shows."""
