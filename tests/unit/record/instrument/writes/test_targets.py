from __future__ import annotations

import ast

import pytest

from backtrail.record.instrument.writes.targets import Target, holds, is_copyable, target_of


def target(source: str) -> Target | None:
    (statement,) = ast.parse(source).body
    return target_of(statement)


@pytest.mark.parametrize(
    ("source", "base", "attribute"),
    [
        ("x.append(1)", "x", None),
        ("self.items.update(a=1)", "self", "items"),
        ("x[k] = v", "x", None),
        ("self.free[deck] -= 1", "self", "free"),
        ("del order['phone']", "order", None),
        ("x[1:2] = []", "x", None),
        ("phone = order.pop('phone')", "order", None),
        ("phone = order.pop('phone', '') or 'none'", "order", None),
    ],
)
def test_what_is_in_something_is_written_to(source: str, base: str, attribute: str | None) -> None:
    found = target(source)
    assert found is not None
    assert (found.base, found.attribute, found.is_field) == (base, attribute, False)


@pytest.mark.parametrize("source", ["self.count = n", "self.count += n", "del self.count"])
def test_an_attribute_itself_is_written_to(source: str) -> None:
    assert target(source) == Target(base="self", attribute="count", stored="count", is_field=True)


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "x.index(1)",
        "append(1)",
        "f().append(1)",
        "a.b.c.append(1)",
        "x[0][1] = 2",
        "a.b.c = 1",
        "x[0] = y = 1",
        "x[0], y = 1, 2",
        "del x",
        "del x[0], x[1]",
        "order = order.pop('phone')",
        "phone = known or order.pop('phone')",
        "x.append((yield))",
        "x[0] = await y",
        "x[0] = [await y for y in z]",
        "x[0]: int = 1",
    ],
)
def test_all_else_is_left_alone(source: str) -> None:
    (function,) = ast.parse(f"async def f():\n    {source}").body
    assert isinstance(function, ast.AsyncFunctionDef)
    assert target_of(function.body[0]) is None


def test_a_key_is_known_if_it_is_a_name_or_a_constant() -> None:
    for source, key in [("x['a'] = 1", "'a'"), ("x[k] = 1", "k"), ("x.pop('a', f())", "'a'")]:
        found = target(source)
        assert found is not None
        assert ast.unparse(found.at) == key
    for source in ("x[f()] = 1", "x.remove(k)", "x.pop(f())"):
        found = target(source)
        assert found is not None
        assert found.at is None


def test_the_end_of_a_list_is_where_a_method_without_a_key_works() -> None:
    indexes = {s: target(s) for s in ("x.append(1)", "x.pop()", "x.pop(0)", "x.insert(0, 1)")}
    assert [each and each.index for each in indexes.values()] == [-1, -1, None, None]


def test_a_statement_with_code_of_its_own_stands_once() -> None:
    assert is_copyable(ast.parse("x.append(a + b[c])"))
    assert not is_copyable(ast.parse("x.sort(key=lambda n: n)"))
    assert not is_copyable(ast.parse("x.append([n for n in y])"))
    assert holds(ast.parse("f(a, *[b])"), (ast.Starred,))
    assert not holds(ast.parse("f(a)"), (ast.Starred,))
