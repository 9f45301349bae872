"""Pictures that people bring along: looked at before they are decoded, and always written anew."""

from io import BytesIO

from events.core.refusals import Invalid
from events.core.translation import _

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 5_000_000
MOST_PIXELS = 16_000_000


def clean_picture(content: bytes, *, field: str, most_width: int = 800, most_height: int = 400) -> bytes:
    """A picture as a PNG of our own making, scaled down to fit: whatever else was in the file is gone.

    Takes PNG, JPEG and WebP of at most 5 MB and 16 million pixels; the size is read before anything is decoded.
    """
    from PIL import Image, ImageOps

    wrong = Invalid({field: _("Choose a PNG, JPEG or WebP picture of at most 5 MB.")})
    if not content or len(content) > MOST_BYTES:
        raise wrong
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise wrong
            picture = ImageOps.exif_transpose(found).convert("RGBA")
    except Invalid:
        raise
    except Exception as broken:  # Pillow raises nearly everything on what is no picture
        raise wrong from broken
    picture.thumbnail((most_width, most_height))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
