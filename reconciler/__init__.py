"""cvat-reconciler."""
