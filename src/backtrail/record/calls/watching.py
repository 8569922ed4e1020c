"""Which libraries are watched for the requests that they send, as soon as a program imports them.

The features `http` and `llm` share it: a call of a model is an HTTP call that says more.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from backtrail.record import switch
from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches

CLIENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "http.client": (("clients.http_client", "watch_http_client"),),
    "urllib.request": (("clients.layers", "watch_urllib"),),
    "urllib3.connectionpool": (("clients.layers", "watch_urllib3"),),
    "urllib3.response": (("clients.layers", "watch_urllib3_response"),),
    "requests.adapters": (("clients.layers", "watch_requests"),),
    "httpx._client": (("clients.httpx_client", "watch_httpx"),),
    "httpx2._client": (("clients.httpx_client", "watch_httpx"),),
    "aiohttp.client": (("clients.aiohttp_client", "watch_aiohttp"),),
    "aiohttp.client_reqrep": (("clients.aiohttp_client", "watch_aiohttp_response"),),
    "aiohttp.streams": (("clients.aiohttp_client", "watch_aiohttp_streams"),),
}
"""By the module that is waited for: our modules that watch it, and their functions."""
WITH_TASKS: dict[str, tuple[tuple[str, str], ...]] = {
    "asyncio.timeouts": (("clients.time_limits", "watch_timeouts"),),
    "asyncio.tasks": (("clients.time_limits", "watch_wait_for"),),
}
"""What is watched beside a client whose requests may be cancelled."""
_MAY_BE_CANCELLED = ("httpx._client", "httpx2._client", "aiohttp.client")
HERE = "backtrail.record.calls"


class _Watching:
    """What is watched at present."""

    def __init__(self) -> None:
        self.patches = Patches()
        self.is_on = False


_watching = _Watching()


def watch() -> None:
    """Record the requests that the program sends from here on."""
    if not _watching.is_on:
        _watching.is_on = True
        for name in CLIENTS:
            when_imported(name, _watch)


def unwatch() -> None:
    """Let the libraries be as they were, and tell of what is still being read."""
    _watching.is_on = False
    if found := sys.modules.get(f"{HERE}.routing"):
        found.stop()
    _watching.patches.restore()


def _watch(library: ModuleType) -> None:
    if not _watching.is_on:
        return
    # Loaded only here: a program that sends no requests must not pay for it.
    importlib.import_module(f"{HERE}.routing").start(switch.current_settings().watch)
    name = library.__name__
    for place, function in CLIENTS.get(name) or WITH_TASKS[name]:
        module = importlib.import_module(f"{HERE}.{place}")
        getattr(module, function)(_watching.patches, library)
    if name in _MAY_BE_CANCELLED:
        for beside in WITH_TASKS:
            when_imported(beside, _watch)
