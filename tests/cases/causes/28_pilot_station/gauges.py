"""The tide gauges of an estuary, each a line protocol on a port of this machine."""

import asyncio
from contextlib import asynccontextmanager

LEVELS = {"bar": "1.84", "ferry": "1.62", "skerry": "1.47"}
DELAYS = {"bar": 0.0, "ferry": 0.02, "skerry": 1.5}
CLOSED = {"mole"}


def gauge(name: str):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        try:
            await asyncio.sleep(DELAYS[name])
            writer.write(f"{name} {LEVELS[name]}\n".encode())
            await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    return answer


@asynccontextmanager
async def open_gauges():
    servers = {}
    for name in (*LEVELS, *CLOSED):
        known = name if name in LEVELS else "bar"
        servers[name] = await asyncio.start_server(gauge(known), "127.0.0.1", 0)
    ports = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
    for name in CLOSED:
        servers[name].close()
    try:
        yield ports
    finally:
        for server in servers.values():
            server.close()
