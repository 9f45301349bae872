"""How many pages a PDF has, counted in a child process with limits."""

import json
from pathlib import Path
from threading import BoundedSemaphore

from events.core.decoding import DecodersBusy, DecoderStopped, decode_apart

DECODER = Path(__file__).with_name("pdf_decoding.py")
DECODER_SECONDS = 20
UNCOUNTABLE = 0
_decoders = BoundedSemaphore(2)  # half a gigabyte each


def count_pages(content: bytes) -> int | None:
    """The number of pages of a PDF; UNCOUNTABLE for one that is locked or damaged, None when there is no time for it.

    May take 20 seconds: never call it inside a transaction.
    """
    try:
        said = json.loads(decode_apart(DECODER, content, seconds=DECODER_SECONDS, places=_decoders))
    except DecodersBusy:
        return None
    except DecoderStopped:
        return UNCOUNTABLE
    return int(said.get("pages", UNCOUNTABLE))
