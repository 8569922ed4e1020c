"""What blocks are compressed against: event lines of the same store, taken from it now and then.

A trace begins much like the ones before it: the same names, the same resource, the same system
prompt. A dictionary stands in the table `meta` under its checksum, which the payloads that need it
name, and once more as a copy: without it they could not be read.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from backtrail.model.limits.reading import (
    DICTIONARY_BLOCKS,
    DICTIONARY_BLOCKS_MIN,
    DICTIONARY_BYTES_MAX,
    DICTIONARY_FROM_BYTES_MIN,
    DICTIONARY_LINE_BYTES_MAX,
    DICTIONARY_SAMPLE_BLOCKS,
)
from backtrail.store import blocks
from backtrail.store.catalog import Catalog
from backtrail.store.engines.protocol import Row

LATEST = "dictionary"
"""Name in `meta` of the number of the latest dictionary, and how many there are."""
_known: WeakKeyDictionary[Catalog, dict[int, bytes]] = WeakKeyDictionary()


def unpacked(catalog: Catalog, block: Row) -> tuple[list[int], list[bytes]]:
    """Return the seq of each event of a row of the table `block`, and its line.

    Raises:
        zlib.error: it is damaged, or its dictionary is not there.
    """
    payload = block["payload"]
    return blocks.unpack(payload, needed(catalog, payload))


def needed(catalog: Catalog, payload: bytes) -> bytes:
    """Return the dictionary that a payload was compressed against; `b""` when it was not.

    Raises:
        zlib.error: the catalogue does not hold it.
    """
    number = blocks.dictionary_of(payload)
    if number is None:
        return b""
    known = _known.setdefault(catalog, {})
    if number not in known:
        known[number] = _kept(catalog, number)
    return known[number]


def names(number: int) -> tuple[str, str]:
    """Return under which names `meta` holds a dictionary, and its copy."""
    return f"{LATEST}:{number:08x}", f"{LATEST}:{number:08x}:copy"


def current(catalog: Catalog) -> bytes:
    """Return what blocks are to be compressed against now; `b""` while the store is small.

    Where it is time for another one, it is made; call it inside of `catalog.writing()`.
    """
    row = catalog.row("meta", name=LATEST)
    number, count = row["value"].split() if row else ("", "0")
    first = max(DICTIONARY_BLOCKS_MIN, int(count) * DICTIONARY_BLOCKS)
    if catalog.row("blocks_beyond", block_id=first) is not None:
        made = _made(catalog, first, count=int(count) + 1)
        if made:
            return made
    return _kept(catalog, int(number, 16)) if number else b""


def _made(catalog: Catalog, first: int, *, count: int) -> bytes:
    """Take a dictionary from blocks before a number, and keep it; `b""` if they hold too little."""
    rows = catalog.rows("blocks_before", block_id=first, limit=DICTIONARY_SAMPLE_BLOCKS)
    lines = [line for row in rows for line in unpacked(catalog, row)[1]]
    if sum(map(len, lines)) < DICTIONARY_FROM_BYTES_MIN:
        return b""
    content = _sample(lines)
    number = zlib.adler32(content)
    for name in names(number):
        catalog.run("set_meta", name=name, value=content.decode())
    catalog.run("set_meta", name=LATEST, value=f"{number:08x} {count}")
    return content


def _sample(lines: Sequence[bytes]) -> bytes:
    """Return lines from all over, each cut, as text: a column of text holds them."""
    wanted = DICTIONARY_BYTES_MAX // 100
    step = max(1, len(lines) // wanted)
    taken, size = [], 0
    for line in lines[::step]:
        taken.append(line[:DICTIONARY_LINE_BYTES_MAX].decode(errors="ignore").replace("\0", ""))
        size += len(taken[-1].encode())
        if size >= DICTIONARY_BYTES_MAX:
            break
    whole = "\n".join(taken).encode()[-DICTIONARY_BYTES_MAX:]
    return whole.decode(errors="ignore").encode()


def _kept(catalog: Catalog, number: int) -> bytes:
    for name in names(number):
        row = catalog.row("meta", name=name)
        content = row["value"].encode() if row else b""
        if zlib.adler32(content) == number:
            return content
    raise zlib.error(f"dictionary {number:08x} is not there")
