from __future__ import annotations

import pytest

from backtrail.record.instrument.literals import literals

SOURCE = """
LIMIT = 20
RATES: dict[str, float] = {"EUR": 1.0, "CHF": -0.5}
BUILT = {}
TWICE = 1
TWICE = 2
HERE = __file__
GROUPS = defaultdict(list)
BUILT["a"] = 1

def collect(person, depth=0, picked=[], *, seen=set(), names=("a",)):
    picked.append(person)
    def inner(hidden=[]):
        pass

class Cart:
    items = []
    count = 0
    late = make()

    def add(self, item, into={}):
        self.items.append(item)
        Cart.count += 1
        into["x"] = item

    class Line:
        parts = list()

def reset():
    global LIMIT
    RATES.clear()
"""


def test_names_attributes_and_defaults_are_declared() -> None:
    found = {
        (each.kind, each.owner, each.name): each.value
        for each in literals(SOURCE.encode(), "x.py").declared
    }
    assert found == {
        ("global", "", "LIMIT"): 20,
        ("global", "", "RATES"): {"EUR": 1.0, "CHF": -0.5},
        ("global", "", "GROUPS"): {},
        ("default", "collect", "picked"): [],
        ("default", "collect", "seen"): set(),
        ("attribute", "Cart", "items"): [],
        ("attribute", "Cart", "count"): 0,
        ("default", "Cart.add", "into"): {},
        ("attribute", "Cart.Line", "parts"): [],
    }


def test_it_is_known_which_functions_change_what() -> None:
    found = {
        (each.name, each.function, each.is_attribute)
        for each in literals(SOURCE.encode(), "x.py").changes
    }
    assert found == {
        ("picked", "collect", False),
        ("items", "Cart.add", True),
        ("count", "Cart.add", True),
        ("into", "Cart.add", False),
        ("LIMIT", "reset", False),
        ("RATES", "reset", False),
    }


@pytest.mark.parametrize(
    "text", ["f()", "dict(a=1)", "list((1,))", "defaultdict()", "[x]", "{**x}", "...", "~1", "a.b"]
)
def test_what_is_no_literal_declares_nothing(text: str) -> None:
    assert literals(f"A = {text}\n".encode(), "x.py").declared == []


def test_a_long_literal_declares_nothing() -> None:
    assert literals(f"A = {[0] * 3000}\n".encode(), "x.py").declared == []
    with pytest.raises(SyntaxError):
        literals(b"A = [\n", "x.py")
