"""Tests of reconciler.cvat."""
