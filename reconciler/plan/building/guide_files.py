"""What a guide's block says: its text, or that of its file."""

from __future__ import annotations

from pathlib import Path

from reconciler.errors import Location
from reconciler.manifest.guides import GuideBlock
from reconciler.plan.building.building import Building

LARGEST = 2**20  # bytes; the largest of CVAT's own guides, pictures apart, are a few kilobytes


def guide_text(ctx: Building, block: GuideBlock, where: Location | None) -> str | None:
    """A guide's text; None with a problem noted if its file cannot be used."""
    text = block.text if block.file is None else _text_of(ctx, Path(block.file), where)
    if text is not None and "\0" in text:
        ctx.problem("the guide has a NUL character in it, which the server refuses", where)
        return None
    return text


def _text_of(ctx: Building, path: Path, where: Location | None) -> str | None:
    try:
        if (size := path.stat().st_size) > LARGEST:
            hint = "a guide is Markdown text; is this another file?"
            ctx.problem(f"the guide {path} has {size / 2**20:.1f} MB; 1 MB is the most", where, hint)
            return None
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        ctx.problem(f"the guide {path} is not text in UTF-8 (byte {error.start + 1})", where, "save it as UTF-8")
    except OSError as error:
        ctx.problem(f"the guide {path} cannot be read: {(error.strerror or str(error)).lower()}", where)
    return None
