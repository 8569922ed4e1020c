"""Programs of many kinds, by what is special about their run or their file."""

from __future__ import annotations

RUNS: dict[str, str | bytes] = {
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
    "protocols": """
import functools, sys, traceback
class Profile:
    '''Doc.'''
    def __init__(self, zone): self._zone = zone
    @property
    def zone(self):
        '''The zone.'''
        return self._zone.name
    @zone.setter
    def zone(self, value):
        self._zone = value.name
    @functools.cached_property
    def parts(self):
        return next(iter(()))
    @property
    def text(self): '''Only this.'''
    def __getattr__(self, name): raise AttributeError(f"no {name}", name=name, obj=self)
class Plain(Profile):
    __getattr__ = object.__getattribute__
print(hasattr(Profile("x"), "zone"), getattr(Profile("x"), "zone", 3), Profile.zone.__doc__)
print(Profile("x").text, Profile.text.__doc__, Profile.__doc__)
try: Profile("x").zone
except AttributeError: traceback.print_exc()
try: Profile("x").zone = 1
except AttributeError: traceback.print_exc()
it = iter([1, 2])
def pair(n):
    return n, next(it)
print(list(map(pair, "abcd")))
for p in map(pair, "abcd"): print(p)
def rows():
    yield next(it)
try: list(rows())
except RuntimeError as e: print(repr(e.__cause__), e.__suppress_context__)
try: Profile("x").parts
except StopIteration: traceback.print_exc()
pair(1)
""",
    "what is suppressed": """
import asyncio, contextlib, concurrent.futures, traceback
with contextlib.suppress(KeyError, OSError):
    {}["k"]
with contextlib.suppress():
    pass
try:
    with contextlib.suppress(ValueError):
        raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
except* (ValueError, KeyError) as group:
    print(group.exceptions)
with contextlib.ExitStack() as stack:
    stack.enter_context(contextlib.suppress(KeyError))
    {}["deep"]
print(contextlib.suppress.__exit__.__name__, contextlib.suppress.__exit__.__qualname__)
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    future = pool.submit(lambda: 1 / 0)
    print(repr(future.exception()))
    try: future.result()
    except ZeroDivisionError: traceback.print_exc()
    try: future.set_exception(ValueError("again"))
    except concurrent.futures.InvalidStateError as e:
        print([frame.name for frame in traceback.extract_tb(e.__traceback__)])
async def bad(n):
    await asyncio.sleep(0)
    raise ValueError(n)
async def main():
    print(await asyncio.gather(bad(1), bad(2), return_exceptions=True))
    print([repr(r) for r in await asyncio.gather(bad(3), return_exceptions=True) or ()])
    await asyncio.gather(bad(4), return_exceptions=False)
asyncio.run(main())
""",
    "nothing but a docstring": "'''Nothing.'''",
    "a syntax error": "try:\n    pass\nexcept ValueError\n    pass\n",
    "an assertion": "try:\n    assert __debug__ and not 1, 'one'\n"
    "except AssertionError as e:\n    print(e)\nassert not __debug__\n",
    "types in comments": "try:\n    x = []  # type: list[int]\n    x[0]\n"
    "except IndexError: # type: int\n    print(x)\nx[1]\n",
    "line continuations": "try:\n    a = 1 + \\\n        int(\n            'x')\n"
    "except \\\n    ValueError \\\n        as e:\n    print(e); b = (1 +\n        None)\n",
}
