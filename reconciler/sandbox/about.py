"""What a server says about itself."""

from __future__ import annotations

from reconciler.sandbox.answers import Answer, as_json
from reconciler.sandbox.call import Call

_DESCRIPTION = (
    "CVAT is completely re-designed and re-implemented version of Video Annotation Tool from Irvine,"
    " California tool. It is free, online, interactive video and image annotation tool for computer"
    " vision. It is being used by our team to annotate million of objects with different properties."
    " Many UI and UX decisions are based on feedbacks from professional data annotation team."
)


def about(call: Call) -> Answer:
    """Answer GET /api/server/about: with the words of a real one, because clients look for them."""
    return as_json(
        {
            "name": "Computer Vision Annotation Tool",
            "description": _DESCRIPTION,
            "version": call.version.reported,
            "logo_url": f"{call.origin}/static/logo.svg",
            "subtitle": "Open Data Annotation Platform",
        }
    )
