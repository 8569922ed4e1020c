"""Programs of many kinds do the same, to the last byte, with sites in their code as without."""

from __future__ import annotations

from pathlib import Path

import pytest

from running import RUN, environment, journal, of_kind, project, run

FAILS = "\n1 / 0\n"
PROGRAMS: dict[str, str | bytes] = {
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
    "from the future": """'''The doc.'''
from __future__ import annotations
import __future__
def f(x: not_there) -> nor_this:
    '''Says nothing.'''
    try:
        raise ValueError
    except ValueError:
        '''no doc'''
    return f.__annotations__, f.__doc__, __doc__
print(f(1)); f()
""",
    "global and nonlocal": """
n = 0
def f():
    m = 0
    def g():
        nonlocal m
        try:
            int("x")
        except ValueError:
            global n
            n += 1
            m += 1
    g()
    return m
print(f(), n); del n; print(n)
""",
    "a deleted name": """
def f():
    try:
        int("x")
    except ValueError as e:
        del e
    try:
        return e
    except UnboundLocalError as e:
        print(type(e), str(e))
        e = 3
    return e
f()
""",
    "loops": """
for n in range(300):
    try:
        if n % 3: continue
        {}[n]
    except KeyError:
        if n > 200: break
        continue
    finally:
        n += 1
else:
    print("never")
print(n)
while True:
    try: raise StopIteration
    except StopIteration: break
next(iter(()))
""",
    "a tail of handlers": """
def f(x):
    try:
        return x()
    except (ValueError, TypeError): return "vt"
    except KeyError: return "k"
    except: return "all"
    else: return 1
    finally: print("f")
def r(e): raise e
print([f(lambda: r(e)) for e in (ValueError, KeyError, SystemExit)])
f
r(OSError(2, "gone", "there"))
""",
    "exit with a text": "import sys\ntry: 1/0\nexcept ArithmeticError: sys.exit('that is all')\n",
    "exit with a number": "try: 1/0\nexcept ArithmeticError: raise SystemExit(7)\n",
    "exit at once": "import atexit, os\natexit.register(print, 'no')\ntry: 1/0\n"
    "except ArithmeticError: print('x', flush=True); os._exit(4)\n",
    "an interrupt": "import signal\ntry: 1/0\nexcept ArithmeticError: pass\n"
    "signal.raise_signal(signal.SIGINT)\n",
    "the end": """
import atexit, threading, time
atexit.register(print, "first registered")
class D:
    def __del__(self):
        try: 1 / 0
        except ZeroDivisionError: print("del")
d = D()
def late():
    threading.main_thread().join()
    try: 1 / 0
    except ZeroDivisionError: print("thread")
threading.Thread(target=late).start()
atexit.register(print, "last registered")
""",
    "a hook": """
import sys
def hook(kind, value, traceback):
    frames = []
    while traceback: frames.append(traceback.tb_frame.f_code.co_name); traceback = traceback.tb_next
    print(kind, frames, sys.last_value if hasattr(sys, "last_value") else None)
sys.excepthook = hook
def f():
    try: 1/0
    except ZeroDivisionError: {}[1]
f()
""",
    "stacks": """
import inspect, sys, traceback, warnings
try: 1/0
except ZeroDivisionError as e:
    traceback.print_stack()
    traceback.print_exc()
    print(sys._getframe().f_back, len(inspect.stack()), e.__traceback__.tb_next)
    warnings.warn("here", stacklevel=1)
    warnings.warn("above", stacklevel=2)
def f():
    try: 1/0
    except ZeroDivisionError: return sys._getframe(1).f_lineno, inspect.getsource(f)
print(f(), sys._getframe().f_locals is globals(), __file__, __name__, __builtins__)
print(sorted(globals()))
""",
    "a recursion": """
import sys
def down(n=0):
    try: return down(n + 1)
    except RecursionError: return n
print(down()); sys.setrecursionlimit(300); print(down(), sys.getrecursionlimit())
def f(): f()
f()
""",
    "tracing": """
import sys
lines = []
def trace(frame, event, arg):
    if frame.f_code.co_filename == __file__: lines.append((event, frame.f_lineno))
    return trace
def f():
    try:
        int("x")
    except ValueError as e:
        print(e)
    except KeyError:
        pass
    try: {}[1]
    except: return 3
sys.settrace(trace); f(); sys.settrace(None)
print(lines)
""",
    "warnings of the compiler": r"""
try:
    print("\d", 1 is 1)
except ValueError:
    pass
assert (1, "always")
""",
    "a spawned process": """
import multiprocessing, sys
def work(n):
    try: return 1 / n
    except ZeroDivisionError as e: return str(e)
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(work, [0, 1]))
    pool.map(work, [2])
""",
    "a forked process": """
import os
try: 1/0
except ZeroDivisionError:
    if os.fork() == 0:
        try: int("x")
        except ValueError as e: print(e, flush=True); os._exit(0)
    os.wait()
""",
    "sites that are sent away": """
import copyreg, pickle
def f():
    try: 1/0
    except ZeroDivisionError: return 5
code = f.__code__
for constant in code.co_consts:
    pickle.loads(pickle.dumps(constant))
print(f(), code == code.replace(), hash(code) == hash(code))
""",
    "tabs and long lines": "try:\n\tint('x')\nexcept ValueError:\n\tprint('t')\n"
    f"x = [{'1, ' * 5000}]; y = 1 / 0\n",
    "carriage returns": b"try:\r\n    1/0\r\nexcept ArithmeticError:\r\n"
    b"    print('cr')\r\n\r\n1/0\r\n",
    "a mark of byte order": b"\xef\xbb\xbftry:\n    1/0\nexcept ArithmeticError:\n"
    b"    print('\xc3\xa9')\n1/0\n",
    "an encoding": b"# -*- coding: latin-1 -*-\ntry:\n    1/0\nexcept ArithmeticError:\n"
    b"    print(ascii('\xe9'))\nraise ValueError('\xe9')\n",
    "a form feed": b"\x0ctry:\n    1/0\nexcept ArithmeticError: print('\\f')\n\x0c\n1/0",
    "nothing but a docstring": "'''Nothing.'''",
    "a syntax error": "try:\n    pass\nexcept ValueError\n    pass\n",
    "an assertion": "try:\n    assert __debug__ and not 1, 'one'\n"
    "except AssertionError as e:\n    print(e)\nassert not __debug__\n",
    "types in comments": "try:\n    x = []  # type: list[int]\n    x[0]\n"
    "except IndexError: # type: ignore\n    print(x)\nx[1]\n",
    "line continuations": "try:\n    a = 1 + \\\n        int(\n            'x')\n"
    "except \\\n    ValueError \\\n        as e:\n    print(e); b = (1 +\n        None)\n",
}
TAKES_NONE = {
    "a context",
    "exit at once",
    "nothing but a docstring",
    "a syntax error",
    "warnings of the compiler",
    "a recursion",
}
"""Programs in which nothing is taken, or where nothing of it could be kept."""


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize(
    "options", [(), ("-O", "-X", "dev", "-W", "error::SyntaxWarning")], ids=str
)
def test_a_program_prints_and_ends_the_same(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    text = PROGRAMS[name]
    folder = project(tmp_path)
    (folder / "program.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    env = environment(BACKTRAIL_WATCH="handled,clock,state")
    plain = run("python", *options, "program.py", cwd=folder, env=env)
    recorded = run(*RUN, "--", "python", *options, "program.py", cwd=folder, env=env)
    assert recorded.stdout == plain.stdout
    assert recorded.stderr == plain.stderr
    assert recorded.returncode == plain.returncode
    if not options and name not in TAKES_NONE:
        assert of_kind(journal(folder), "exception.handled") != []
