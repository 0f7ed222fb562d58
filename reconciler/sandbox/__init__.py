"""A CVAT-compatible server to try things on and to test against.

It answers as CVAT 2.54.1 does (or 2.80, where that differs): the same JSON, status codes and error bodies,
the same oddities. ``Sandbox`` runs it in a thread; ``reconciler sandbox`` in the foreground. Nothing of the
reconciler itself belongs here, and nothing here may be needed to reconcile: it is an extra
(``pip install 'cvat-reconciler[sandbox]'``).
"""

from reconciler.sandbox.sandbox import Sandbox

__all__ = ["Sandbox"]
