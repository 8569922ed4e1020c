from __future__ import annotations

from pathlib import Path

from backtrail.serve.journal.remembered import Remembered
from backtrail.serve.journal.unit import Unit
from builders import header, process_id

TRACE = "0199c8a5" * 4


def key(number: int) -> bytes:
    return bytes.fromhex(TRACE) + number.to_bytes(8, "big")


def lines(number: int, *kinds: str) -> bytes:
    said = (
        f'{{"t":1,"trace":"{TRACE}","span":"{number:016x}","kind":"{kind}"}}\n' for kind in kinds
    )
    return "".join(said).encode()


WHOLE = ("span.started", "log.emitted", "span.ended")


def write(folder: Path, *content: bytes, process: int = 1) -> None:
    path = folder / f"{process_id(process)}.0001.jsonl"
    path.write_bytes(header(process_id(process)) + b"".join(content))


def test_the_last_keys_are_known_and_those_before_them_forgotten() -> None:
    remembered = Remembered(most=10)
    for number in range(100):
        remembered.add([key(number)])
    known = [number for number in range(100) if key(number) in remembered]
    assert known == list(range(90, 100))
    remembered.add([key(100)])
    assert key(90) in remembered
    assert len(remembered) <= 20


def test_what_earlier_servers_wrote_is_known(tmp_path: Path) -> None:
    write(tmp_path, lines(1, *WHOLE), lines(2, *WHOLE), b"garbage\n", lines(3, *WHOLE))
    write(tmp_path, lines(4, *WHOLE), process=2)
    remembered = Remembered()
    remembered.read_back(tmp_path, {process_id(1)})
    assert [number for number in range(6) if key(number) in remembered] == [1, 2, 3]


def test_of_a_span_that_was_cut_short_only_what_is_missing_is_written(tmp_path: Path) -> None:
    write(tmp_path, lines(1, *WHOLE), lines(2, *WHOLE[:2]), lines(2, WHOLE[2])[:20])
    remembered = Remembered()
    remembered.read_back(tmp_path, {process_id(1)})
    assert key(2) not in remembered
    unit = Unit(key=key(2), lines=lines(2, *WHOLE))
    assert remembered.unwritten(unit).lines == lines(2, "span.ended")
    remembered.add([key(2)])
    assert remembered.begun == {}


def test_of_units_that_failed_together_those_on_the_disk_are_known() -> None:
    units = [Unit(key=key(number), lines=lines(number, *WHOLE)) for number in (1, 2, 3)]
    size = len(units[0].lines)
    remembered = Remembered()
    remembered.keep_beginning(units, size + len(lines(2, "span.started")))
    assert [unit.key in remembered for unit in units] == [True, False, False]
    assert remembered.begun == {key(2): 1}

    nothing = Remembered()
    nothing.keep_beginning(units, 0)
    assert (len(nothing), nothing.begun) == (0, {})


def test_damaged_and_missing_journals_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / f"{process_id(1)}.0001.jsonl").write_bytes(b"no journal\n")
    (tmp_path / f"{process_id(1)}.0002.jsonl").write_bytes(b"")
    remembered = Remembered()
    remembered.read_back(tmp_path, {process_id(1)})
    remembered.read_back(tmp_path / "nowhere", {process_id(1)})
    assert len(remembered) == 0
