"""The shapes of CVAT's XML: a shape's points as attributes, and back."""

from __future__ import annotations

from collections.abc import Mapping

_CORNERS = [f"{axis}{corner}{face}" for face in "12" for corner in ("tl", "bl", "tr", "br") for axis in "xy"]
ELEMENTS = {"rectangle": "box"}
TYPES = ("box", "ellipse", "polygon", "polyline", "points", "cuboid", "skeleton", "mask")


def written(kind: str, points: list[float], rotation: float) -> dict[str, str]:
    """Give a shape's points as attributes, with two digits as CVAT writes them."""
    turned = {"rotation": f"{rotation:.2f}"} if rotation else {}
    match kind:
        case "rectangle":
            return {**_pairs(("xtl", "ytl", "xbr", "ybr"), points), **turned}
        case "ellipse":
            cx, cy, right, top = points
            return {**_pairs(("cx", "cy", "rx", "ry"), [cx, cy, right - cx, cy - top]), **turned}
        case "cuboid":
            return _pairs(_CORNERS, points)
        case "mask":
            *runs, left, top, right, bottom = (int(point) for point in points)
            box = {"left": left, "top": top, "width": right - left + 1, "height": bottom - top + 1}
            return {"rle": ", ".join(map(str, runs)), **{name: str(value) for name, value in box.items()}}
        case "skeleton":
            return {}
    pairs = zip(points[0::2], points[1::2], strict=True)
    return {"points": ";".join(f"{x:.2f},{y:.2f}" for x, y in pairs)}


def _pairs(names: tuple[str, ...] | list[str], points: list[float]) -> dict[str, str]:
    return {name: f"{point:.2f}" for name, point in zip(names, points, strict=True)}


def read(element: str, attributes: Mapping[str, str]) -> list[float]:
    """Give a shape's points from its attributes."""
    match element:
        case "box":
            return [float(attributes[name]) for name in ("xtl", "ytl", "xbr", "ybr")]
        case "ellipse":
            cx, cy, rx, ry = (float(attributes[name]) for name in ("cx", "cy", "rx", "ry"))
            return [cx, cy, round(cx + rx, 2), round(cy - ry, 2)]
        case "cuboid":
            return [float(attributes[name]) for name in _CORNERS]
        case "mask":
            left, top, width, height = (int(attributes[name]) for name in ("left", "top", "width", "height"))
            runs = [float(run) for run in attributes["rle"].split(",")]
            return [*runs, left, top, left + width - 1, top + height - 1]
        case "skeleton":
            return []
    return [float(number) for pair in attributes["points"].split(";") for number in pair.split(",")]
