"""The words in a PDF of ours, read as a reader does: through the tables from glyphs to letters that it brings."""

import re
import zlib


def words_in(pdf: bytes) -> str:
    """All text of all pages, one line for each piece that was written."""
    streams = []
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            streams.append(zlib.decompress(found[1]))
        except zlib.error:
            streams.append(found[1])
    tables = [_letters(one) for one in streams if b"beginbfchar" in one or b"beginbfrange" in one]
    lines, table = [], dict[int, str]()
    for content in (one for one in streams if b" Tf" in one):
        for found in re.finditer(rb"/F(\d+) [\d.]+ Tf|\((.*?)(?<!\\)\) Tj", content, re.S):
            if found[1]:
                table = tables[int(found[1]) - 1]
                continue
            plain = re.sub(rb"\\(.)", lambda one: {b"r": b"\r"}.get(one[1], one[1]), found[2], flags=re.S)
            codes = [int.from_bytes(plain[at : at + 2], "big") for at in range(0, len(plain), 2)]
            lines.append("".join(table.get(code, "?") for code in codes))
    return "\n".join(lines)


def _letters(table: bytes) -> dict[int, str]:
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.S):
        for code, letter in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    return found
