from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from changing import changes_of


def one(source: str, folder: Path) -> dict[str, Any]:
    (found,) = changes_of(source, folder)
    return found


def test_a_change_is_told_with_before_after_and_its_place(tmp_path: Path) -> None:
    source = "order = {'no': 1, 'phone': '555'}\ndef f():\n    return g()\n"
    (tmp_path / "program.py").write_text(source)
    found = one(f"{source}def g():\n    phone = order.pop('phone')\n", tmp_path)
    assert found["name"] == "order"
    assert found["how"] == "assigned"
    assert found["before"] == {"no": 1, "phone": "555"}
    assert found["after"] == {"no": 1}
    assert found["patch"] == [{"op": "remove", "path": "/phone", "was": "555"}]
    assert (found["caller"]["function"], found["caller"]["line"]) == ("g", 5)


def test_another_order_is_a_change(tmp_path: Path) -> None:
    found = one("x = [3, 1, 2]\ndef f():\n    x.sort(key=lambda n: n)\n", tmp_path)
    assert (found["before"], found["after"]) == ([3, 1, 2], [1, 2, 3])
    assert found["patch"]


def test_what_is_as_it_was_is_not_told(tmp_path: Path) -> None:
    source = "x = {'a': 1}\ny = [1, 2]\ndef f():\n    x['a'] = 1\n    y.sort()\n    x.pop('b', 0)\n"
    assert changes_of(source, tmp_path) == []


@pytest.mark.parametrize(
    ("statement", "operation"),
    [
        ("x['k7'] = 'new'", {"op": "replace", "path": "/k7", "value": "new", "was": 7}),
        ("x['a/b'] = 1", {"op": "add", "path": "/a~1b", "value": 1}),
        ("del x['k7']", {"op": "remove", "path": "/k7", "was": 7}),
        ("y.append('new')", {"op": "add", "path": "/100", "value": "new"}),
        ("y.pop()", {"op": "remove", "path": "/99", "was": 99}),
        ("y.pop(0)", {"op": "remove", "path": "/0", "was": 0}),
        ("y[3] += 1", {"op": "replace", "path": "/3", "value": 4, "was": 3}),
    ],
)
def test_of_a_large_container_what_is_written_to_is_told(
    statement: str, operation: dict[str, Any], tmp_path: Path
) -> None:
    made = "x = {f'k{n}': n for n in range(100)}\ny = list(range(100))\n"
    found = one(f"{made}def f():\n    {statement}\n", tmp_path)
    assert found["patch"] == [operation]
    assert found["is_cut"]
    assert "before" not in found
    assert "after" not in found


def test_one_that_grew_large_is_not_compared(tmp_path: Path) -> None:
    source = "y = list(range(25))\ndef f():\n    y.append(1)\n    y.insert(0, 3)\n"
    assert changes_of(source, tmp_path) == []


def test_an_attribute_is_added_replaced_and_removed(tmp_path: Path) -> None:
    source = (
        "class Box:\n    def go(self):\n        self.n = 1\n        self.n += 1\n"
        "        del self.n\n"
        "def f():\n    Box().go()\n"
    )
    found = changes_of(source, tmp_path)
    assert [each["name"] for each in found] == ["Box.n"] * 3
    assert [each["patch"][0]["op"] for each in found] == ["add", "replace", "remove"]
    assert [each.get("before") for each in found] == [None, 1, 2]


def test_a_secret_that_is_known_by_its_name_goes_everywhere(tmp_path: Path) -> None:
    source = (
        "x = {'password': 'not' + 'said', 'seen': []}\n"
        "def f():\n    x['seen'] = ['it is notsaid']\n"
    )
    found = one(source, tmp_path)
    assert "notsaid" not in str(found)
    assert found["after"]["password"] == "[redacted]"
