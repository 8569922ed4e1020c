from __future__ import annotations

import hashlib

from backtrail.model.limits import DIGEST_BYTES_MAX
from backtrail.record.state.digests import Digests, digest


def test_a_digest_is_that_of_all_pieces() -> None:
    assert Digests().of([b"ab", b"c"], 3) == hashlib.sha256(b"abc").hexdigest() == digest(b"abc")
    assert Digests().of_text("zwölf") == digest("zwölf".encode())


def test_a_text_that_is_not_valid_has_a_digest() -> None:
    assert Digests().of_text("\ud800") == digest(b"\xed\xa0\x80")


def test_nothing_is_digested_beyond_the_budget() -> None:
    digests = Digests()
    assert digests.of([], DIGEST_BYTES_MAX) is not None
    assert digests.of([b"x"], 1) is None
