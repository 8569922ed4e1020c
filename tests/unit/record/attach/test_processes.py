from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from inside import SPAN

PROCESSES = """
import concurrent.futures, multiprocessing, sys
from backtrail.record import scope
from backtrail.record.attach.propagate import install_propagation

scope.begin_process(inherited=None)
install_propagation()

def see(*_):
    return scope.traceparent()

def put(queue):
    queue.put(see())

class Subclass(multiprocessing.Process):
    def __init__(self, queue):
        super().__init__()
        self.queue = queue

    def run(self):
        put(self.queue)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    here = scope.at_top(scope.new_trace("test"))
    here.span_id = "a1b2c3d4e5f60718"
    scope.activate(here)
    queue = multiprocessing.SimpleQueue()
    seen = []
    for process in (multiprocessing.Process(target=put, args=(queue,)), Subclass(queue)):
        process.start()
        seen.append(queue.get())
        process.join()
        assert process.exitcode == 0
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        seen += [pool.submit(see).result(), *pool.map(see, range(2), chunksize=2)]
        inside = scope.get()
        other = scope.at_top(scope.new_trace("another"))
        scope.activate(other)
        assert pool.submit(see).result() == scope.traceparent()
        scope.activate(inside)
        seen.append(pool.submit(see).result())
    with multiprocessing.Pool(1) as pool:
        seen += [pool.apply(see), *pool.map(see, range(2)), *pool.starmap(see, [(1, 2)])]
        seen += [*pool.imap(see, [1]), *pool.imap_unordered(see, [1])]
    assert set(seen) == {scope.traceparent()}, seen
    print(len(seen), scope.traceparent()[36:52])
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_span_is_seen_in_processes_and_pools_of_processes(method: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROCESSES)
    done = subprocess.run(
        [sys.executable, str(program), method], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"12 {SPAN}\n", "")
