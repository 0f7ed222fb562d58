"""Pictures: their sizes, stand-ins for those that are not there, and the forms they are asked for in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from hashlib import blake2s

from PIL import Image

WIDTH, HEIGHT = 64, 48
_KINDS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".jfif", ".ppm", ".pgm")
_VIDEOS = (".mp4", ".avi", ".mov", ".mkv", ".webm", ".mpeg", ".mpg", ".m4v")
_MOST_PIXELS = 100_000_000


def is_picture(name: str) -> bool:
    """Tell whether a file is a picture, by its name as the server does."""
    return name.lower().endswith(_KINDS)


def is_video(name: str) -> bool:
    """Tell whether a file is a video, by its name."""
    return name.lower().endswith(_VIDEOS)


def size_of(content: bytes) -> tuple[int, int]:
    """Give a picture's width and height; raise what Pillow raises for a broken one."""
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
    if width * height > _MOST_PIXELS:
        raise ValueError(f"Image size ({width * height} pixels) exceeds limit of {_MOST_PIXELS} pixels")
    return width, height


def stand_in(name: str, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """Draw the picture of a frame whose file is not here: a plain one, of a colour that its name decides."""
    red, green, blue = blake2s(name.encode(), digest_size=3).digest()
    return _written(Image.new("RGB", (width, height), (red, green, blue)), "PNG")


def as_jpeg(content: bytes, quality: int = 70) -> bytes:
    """Give a picture as the JPEG that annotators see."""
    with Image.open(io.BytesIO(content)) as picture:
        return _written(picture.convert("RGB"), "JPEG", quality=max(1, min(quality, 95)))


def preview(content: bytes) -> bytes:
    """Give a picture's small JPEG."""
    with Image.open(io.BytesIO(content)) as picture:
        small = picture.convert("RGB")
        small.thumbnail((256, 256))
        return _written(small, "JPEG", quality=80)


def mime_type(content: bytes) -> str:
    """Tell a picture's media type."""
    with Image.open(io.BytesIO(content)) as picture:
        return Image.MIME.get(picture.format or "", "application/octet-stream")


def chunk(contents: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack pictures as a chunk: numbered from zero, in a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, (extension, content) in enumerate(contents):
            archive.writestr(f"{number:06d}{extension}", content)
    return packed.getvalue()


def _written(picture: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
