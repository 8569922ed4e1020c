"""Secrets in names of locks and of who holds them, and in what is on the stack in a deadlock."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
from pathlib import Path

from places import secret, typed

import backtrail

PATIENCE_S = 0.2


def cross(first: backtrail.Lock, second: backtrail.Lock) -> None:
    both = threading.Barrier(2)

    def take(own: backtrail.Lock, other: backtrail.Lock, password: str) -> None:
        login = {"user": "ann", "access_token": typed("held while waiting"), "note": password}
        with own:
            both.wait()
            if other.acquire(timeout=PATIENCE_S):
                other.release()
        del login

    pairs = ((first, second), (second, first))
    name = f"password={secret('thread with a lock')}"
    threads = [
        threading.Thread(target=take, args=(*pair, secret("argument in a deadlock")), name=name)
        for pair in pairs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


async def await_each_other() -> None:
    lock = backtrail.AsyncLock(name=f"token={secret('lock of a task')}")

    async def take(api_key: str) -> None:
        async with lock:
            await asyncio.sleep(0.01)
        del api_key

    name = f"token={secret('task with a lock')}"
    work = (take(secret("argument of a task that waits")) for _ in range(2))
    await asyncio.gather(*(asyncio.create_task(each, name=name) for each in work))


def lock_files(folder: Path) -> None:
    inside = folder / f"token={secret('folder of a lock file')}"
    inside.mkdir()
    path = inside / f"password={secret('lock file')}.lock"
    with backtrail.FileLock(path), contextlib.suppress(TimeoutError):
        backtrail.FileLock(path, name=f"token={secret('lock file by name')}").acquire(0)


def everything() -> None:
    first = backtrail.Lock(name=f"token={secret('name of a lock')}")
    second = backtrail.RLock(name=f"lock, password={typed('name of another lock')}")
    with first, second:
        pass
    cross(first, second)
    asyncio.run(await_each_other())
    with tempfile.TemporaryDirectory() as folder:
        lock_files(Path(folder))
