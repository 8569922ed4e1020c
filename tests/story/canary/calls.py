"""A program that has a secret in every place of what it sends, and of what it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import http.client
import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import aiohttp
import httpx
import openai
import requests
from places import secret, typed

import backtrail


def answer(path: str) -> tuple[str, bytes]:
    """Return type and body of what is answered."""
    if path.startswith("/form"):
        return "application/x-www-form-urlencoded", f"password={secret('answered form')}".encode()
    if path.startswith("/text"):
        return "text/plain", f"ann has password: {secret('answered text')} there".encode()
    if path.startswith("/binary"):
        return "image/png", b"\0\1token=" + secret("answered bytes").encode()
    if path.startswith("/events"):
        lines = [{"note": "x", "refresh_token": secret("answered event")}, {"end": True}]
        return "text/event-stream", b"".join(
            b"data: " + json.dumps(line).encode() + b"\n\n" for line in lines
        )
    if path.endswith("/chat/completions"):
        return "text/event-stream", chat()
    return "application/json", json.dumps(
        {
            "session": {"access_token": typed("answered json"), "user": "ann"},
            "fields": [{"name": "client_secret", "value": secret("answered pair")}],
            "link": f"https://ann:{secret('answered url')}@host/x",
        }
    ).encode()


def chat() -> bytes:
    """Return the answer of a model, in pieces that cut its secrets in two."""
    arguments = json.dumps({"user": "ann", "password": typed("tool argument")})
    text = f"I found api_key={secret('model text')} in it"
    pieces: list[dict[str, Any]] = [{"content": text[i : i + 9]} for i in range(0, len(text), 9)]
    pieces += [
        {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": arguments[i : i + 9]}}]}
        for i in range(0, len(arguments), 9)
    ]
    chunks = [{"choices": [{"index": 0, "delta": piece}]} for piece in pieces]
    return (
        b"".join(b"data: " + json.dumps(c).encode() + b"\n\n" for c in [*chunks])
        + b"data: [DONE]\n\n"
    )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind, body = answer(self.path)
        if "packed" in self.path:
            body = gzip.compress(body)
        self.send_response(429 if "busy" in self.path else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", f"sid={secret('answered cookie')}")
        self.send_header("X-Auth-Token", secret("answered header"))
        self.send_header("X-RateLimit-Reset", f"token={secret('limit header')}")
        if "packed" in self.path:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 - as the base has it

    def log_message(self, *_: Any) -> None:
        pass


def headers() -> dict[str, str]:
    return {
        "Authorization": f"Bearer {secret('sent bearer')}",
        "X-Api-Key": secret("sent key"),
        "Cookie": f"sid={secret('sent cookie')}",
    }


def query() -> dict[str, str]:
    return {"page": "2", "api_key": typed("sent query"), "note": f"token={secret('sent note')}"}


def send(url: str) -> None:
    """Send the same by every client."""
    body = {"user": "ann", "login": {"password": typed("sent json")}}
    form = {"user": "ann", "client_secret": typed("sent form")}
    text = f"password: {secret('sent text')}"
    with_user = url.replace("://", f"://ann:{secret('sent user')}@")
    for path in ("/json", "/form", "/text", "/binary", "/events", "/json/packed"):
        httpx.post(url + path, json=body, headers=headers(), params=query())
    httpx.post(with_user + "/json", data=form)
    requests.post(with_user + "/json", data=form, headers=headers(), params=query(), timeout=5)
    requests.post(url + "/text", data=text, timeout=5)
    request = urllib.request.Request(url + f"/json?token={secret('urllib query')}", text.encode())
    urllib.request.urlopen(request, timeout=5).read()
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    connection.request("POST", "/json", json.dumps(body), headers())
    connection.getresponse().read()
    httpx.get(url + "/busy", headers=headers())
    httpx.get(url + "/busy", headers=headers())
    asyncio.run(send_async(url, body))


async def send_async(url: str, body: Any) -> None:
    async with (
        aiohttp.ClientSession(headers=headers()) as session,
        session.post(url + "/json", json=body, params=query()) as response,
    ):
        await response.read()
    async with httpx.AsyncClient() as client:
        await client.post(url + "/text", json=body, headers=headers())


def ask(url: str) -> None:
    """Ask a model, and tell of another."""
    client = openai.OpenAI(base_url=url + "/v1", api_key=secret("model key"), max_retries=0)
    stream = client.chat.completions.create(
        model="m",
        messages=[
            {"role": "system", "content": f"Log in with password={typed('system message')}"},
            {"role": "user", "content": json.dumps({"api_key": secret("user message")})},
        ],
        stream=True,
        extra_body={"metadata": {"access_token": secret("model parameter")}},
    )
    list(stream)
    client.close()
    backtrail.record_llm_call(
        model="m",
        messages=[{"role": "user", "content": f"token={secret('told message')}"}],
        text=f"password = {secret('told text')}",
        parameters={"api_key": secret("told parameter")},
        tool_calls=[{"name": "f", "arguments": {"passwd": secret("told argument")}}],
        response={"client_secret": secret("told response")},
        error=f"bad token={secret('told error')}",
    )


def fail(url: str) -> None:
    """Have each client raise with a secret in its message."""
    gone = url.rpartition(":")[0] + ":1"
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(gone + f"/x?token={secret('httpx error')}")
    with contextlib.suppress(requests.RequestException):
        requests.get(gone + f"/x?api_key={secret('requests error')}", timeout=5)


def everything() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    send(url)
    ask(url)
    fail(url)
    server.shutdown()
    server.server_close()
