"""Programs that change things in place, in all ways that could be seen to be looked at."""

from __future__ import annotations

RUN = """
import traceback
def run(*functions):
    for function in functions:
        try:
            print(function())
        except Exception:
            traceback.print_exc()
"""
WRITES = {
    "properties": """
class Prop:
    def __init__(self): self._v = 1; self.log = []
    @property
    def v(self): print("get"); return self._v
    @v.setter
    def v(self, x): print("set", x); self._v = x
    def go(self):
        self.v = 3
        self.v += 1
        self.log.append(self.v)
        del self._v
        del self.nothing
run(Prop().go)
Prop().go()
""",
    "attributes that a class decides on": """
class Set:
    def __setattr__(self, n, v): print("setattr", n); object.__setattr__(self, n, v)
    def __getattr__(self, n): print("getattr", n); raise AttributeError(n)
    def go(self):
        self.a = [1]
        self.a.append(2)
        self.b.append(3)
class Asks:
    def __getattribute__(self, n): print("asked", n); return object.__getattribute__(self, n)
    def go(self): self.c = [1]; self.c.append(2); del self.c; self.c.append(1)
class Slots:
    __slots__ = ("x", "items")
    def go(self):
        self.x = 1
        self.items = []
        self.items.append(4)
        self.y = 2
class Describe:
    def __get__(self, o, t): print("described"); return [1]
    def __set__(self, o, v): print("put", v)
class Has:
    d = Describe()
    shared = []
    def go(self):
        self.d = 4
        self.d.append(1)
        self.shared.append(1)
        self.__hidden = {}
        self.__hidden["k"] = 1
        type(self).shared.clear()
        Has.count = 4
        Has.count += 1
        print(self.shared, self.__dict__, Has.count)
run(Set().go, Asks().go, Slots().go, Has().go)
Slots().go()
""",
    "subclasses of containers": """
class D(dict):
    def __setitem__(self, k, v): print("D", k); super().__setitem__(k, v)
    def __getitem__(self, k): print("Dget", k); return super().__getitem__(k)
    def __len__(self): print("len"); return 0
    def __iter__(self): print("iter"); return iter(())
class L(list):
    def append(self, x): print("L", x); super().append(x)
class Eq:
    def __eq__(self, o): print("eq"); return True
    def __hash__(self): return 1
    def __repr__(self): print("repr"); return "Eq"
    def __bool__(self): print("bool"); return True
def go():
    d = D(); d["a"] = 1
    d["a"] += 1
    l = L(); l.append(2)
    e = dict.fromkeys(range(2, 40))
    e[Eq()] = Eq()
    e[1] = Eq()
    s = [Eq(), Eq()]
    s.remove(3)
    s.append(4)
    return len(e), len(s), len(list.__iter__(l).__reduce__())
run(go)
go()[5]
""",
    "arrays": """
import numpy as np
def go():
    a = np.zeros(3)
    a[1] = 2
    a[a > 1] += 3
    a.sort()
    b = {}
    b["a"] = a
    a.flags = 3
run(go)
go()
""",
    "the order of evaluation": """
def order():
    def t(x): print("t", x); return x
    d = {}
    d[t("k")] = t("v")
    d[t("k")] += t("w")
    d.setdefault(t("z"), t([])).append(1)
    x = [t(1)]
    x.append(t(2))
    p = x.pop(t(0))
    d["q"] = y = 3
    (d["r"], z) = 1, 2
    x.append(w := 5)
    x.extend(i for i in range(3))
    x.sort(key=lambda n: -n)
    x[1:2] = [9, 9]
    del x[0], x[0]
    del x[0]
    x = x.pop()
    print(d, x, p, y, z, w, list(locals()))
def nested():
    n = []
    m = {}
    def inner():
        nonlocal n, m
        n.append(1)
        n = [2]
        n.append(3)
        m[len(n)] = n
        global SHARED
        SHARED = []
        SHARED.append(1)
    inner()
    print(n, m, SHARED, inner.__code__.co_freevars, inner.__code__.co_varnames)
run(order, nested)
order(1)
""",
    "what fails amid a change": """
def unbound(flag):
    if flag: u = []
    u.append(1)
def called():
    x = [1]
    x.append(
        1 / 0
    )
def stored():
    x = {}
    x[
      "k"
    ] = (1,
         {}["m"])
def deeper(x):
    x["a"]["b"] = 1
def sorts():
    x = [3, "a"]
    x.sort()
def missing(): nothing.append(3)
def late(): nothing["x"] = print("first")
def cell():
    def inner(): later.append(1)
    inner()
    later = []
def undone():
    x = []
    try:
        x.append(1)
        raise KeyError(x)
    finally:
        x.clear()
        print(x)
run(lambda: unbound(0), called, stored, lambda: deeper({}), sorts, missing, late, cell, undone)
stored()
""",
    "generators that change": """
def gen():
    seen = []
    for i in range(3):
        seen.append((yield i))
        seen[0] = yield seen
    seen.insert(0, 1)
    seen.clear()
g = gen()
print([g.send(None) for _ in range(5)]); g.close()
def down(n, acc):
    acc.append(n)
    acc[0] = n
    return down(n + 1, acc)
acc = []
try: down(0, acc)
except RecursionError as e: print(e, len(acc))
print(list(gen()))
down(0, [])
""",
    "tasks and threads that change": """
import asyncio, threading
async def task(name, box):
    box["n"] = box.get("n", 0) + 1
    await asyncio.sleep(0)
    box[name] = await value(name)
    box["list"] = [await value(i) for i in range(2)]
async def value(n): return n
async def main():
    box = {}
    await asyncio.gather(*(task(n, box) for n in "abc"))
    print(box)
def threads():
    box, many = [], {}
    def work(n):
        for i in range(50):
            box.insert(0, i)
            box.pop()
            many[f"{n} {i}"] = i
    ts = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    [t.start() for t in ts]; [t.join() for t in ts]
    print(box, len(many))
asyncio.run(main())
threads()
asyncio.run(task("x", None))
""",
    "tracing of changes": """
import sys
lines = []
def trace(frame, event, arg):
    if frame.f_code.co_filename == __file__: lines.append((event, frame.f_lineno))
    return trace
def f(x):
    x.append(1)
    x.append(
        2
    )
    x[0] = (
        3,
        4)
    if x:
        x.sort(key=lambda n: (
            str(n)))
    for n in range(2):
        x[0] = n; x[1] = n
    while x: x.pop()
    del x[0]
f([2])if 0 else None
def g():
    x = []
    x.insert(0, 1)
    return x
g()
sys.settrace(trace)
try: f([1])
except IndexError: pass
sys.settrace(None)
print(lines)
sys.setprofile(lambda frame, event, arg: lines.append((event, str(arg)[:12])))
g()
sys.setprofile(None)
print(lines[-9:])
f([])
""",
}
