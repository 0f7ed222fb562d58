"""What can be wrong with annotations."""

from __future__ import annotations

from reconciler.errors import ReconcilerError


class AnnotationsError(ReconcilerError):
    """Annotations that cannot be read, or not be written to a task: which label, attribute or place it is about."""
