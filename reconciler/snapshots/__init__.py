"""Copies of data: what a run is about to destroy, or what somebody wants to keep, with all that brings it back."""
