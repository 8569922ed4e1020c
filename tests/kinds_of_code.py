"""Programs of many kinds, by what is special about their code, for tests that run them twice."""

from __future__ import annotations

FAILS = "\n1 / 0\n"
CODE: dict[str, str | bytes] = {
    "a handler": "try:\n    int('x')\nexcept ValueError as error:\n    print(error)\n" + FAILS,
    "a bare handler": "try:\n    int('x')\nexcept:\n    pass\n" + FAILS,
    "nested functions": """
def outer(n):
    def inner(m):
        try:
            return m / 0
        except ZeroDivisionError as error:
            raise KeyError(n) from None
    return inner(n)
try:
    outer(1)
except KeyError:
    print("taken")
outer(2)
""",
    "a chain": """
def low():
    return {}["k"]
def mid():
    try:
        low()
    except KeyError as error:
        print("mid", error)
        raise RuntimeError("mid failed") from error
try:
    mid()
except RuntimeError as error:
    print(repr(error.__cause__), error.__suppress_context__)
mid()
""",
    "a context": """
try:
    {}["a"]
except KeyError:
    if len("ab") == 2:
        [][1]
""",
    "an exception that goes on": """
import traceback
def f():
    try:
        int("x")
    except ValueError as error:
        try:
            error.add_note("seen")
            if error.args:
                raise
        except TypeError:
            pass
try:
    f()
except ValueError as error:
    traceback.print_exc()
    print(len(traceback.extract_tb(error.__traceback__)))
f()
""",
    "classes": """
class Base:
    '''Doc.'''
    try:
        limit = int("x")
    except ValueError:
        limit = 3
    def __enter__(self): return self
    def __exit__(self, *args): print(args[0]); return True
    @property
    def value(self):
        try:
            return self.missing
        except AttributeError:
            return __class__.limit
class Below(Base):
    def __init_subclass__(cls): print(cls)
    @property
    def value(self):
        try:
            raise KeyError
        except KeyError:
            return super().value + 1
with Below() as b:
    print(b.value, Base.__doc__)
    b.nothing
b.nothing
""",
    "lambdas and comprehensions": """
try: [1 / n for n in (1, 0)]
except ZeroDivisionError as e: print(e, [i for i in range(3)], (lambda: 7)())
print({k: v for k, v in zip("ab", "cd")}, any(n for n in ()))
(lambda: [x for x in [1]][3])()
""",
    "coroutines": """
import asyncio
async def work(n):
    try:
        await asyncio.sleep(0)
        return 1 / n
    except ZeroDivisionError:
        return None
    finally:
        print("done", n)
async def main():
    print(await asyncio.gather(*map(work, range(3))))
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)
    except TimeoutError:
        print("late")
    await work("x")
asyncio.run(main())
""",
    "generators": """
def numbers():
    try:
        got = yield 1
        print("got", got)
    except ValueError as error:
        yield str(error)
    finally:
        print("closed")
g = numbers(); next(g); print(g.throw(ValueError("thrown")), list(g))
g = numbers(); next(g); g.close()
def inner():
    try:
        yield from numbers()
    except GeneratorExit:
        print("exit")
        raise
g = inner(); next(g); del g
g = numbers(); next(g); g.throw(KeyError("k"))
""",
    "match": """
def kind(value):
    match value:
        case int() if value > 2:
            try:
                return value / 0
            except ZeroDivisionError:
                return "zero"
        case {"a": [x, *rest]}:
            return x, rest
        case _:
            return None[0]
print(kind(3), kind({"a": [1, 2]}))
kind("s")
""",
    "decorators": """
import functools
def retried(function):
    @functools.wraps(function)
    def wrapper(*args):
        for attempt in range(3):
            try:
                return function(*args, attempt)
            except ValueError as error:
                last = error
        raise last
    return wrapper
@retried
def load(name, attempt):
    if attempt < 2 or name == "b":
        raise ValueError(f"{name} {attempt}")
    return name
print(load("a"), load.__name__, load.__wrapped__.__name__)
load("b")
""",
    "exec and eval": """
try:
    exec("try:\\n    1/0\\nexcept ZeroDivisionError:\\n    print('inside')\\nint('y')")
except ValueError:
    print(eval("__name__"))
eval("1 +")
""",
    "groups": """
try:
    raise ExceptionGroup("many", [ValueError(1), ExceptionGroup("in", [KeyError(2), OSError(3)])])
except* ValueError as group:
    print(group.exceptions)
except* KeyError:
    print("key")
""",
    "walrus and f-strings": """
try:
    if (n := int("7")) and (m := f"{n!r:>{n}} {'{}'}") and m[99]:
        pass
except IndexError as e: print(f"{n=} {m=} {e!s}")
print(f"{1 / 0}")
""",
}
