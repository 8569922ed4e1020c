"""A program that has a secret in every place that a value can be in: its values."""

from __future__ import annotations

import base64
import collections
import enum
import functools
import json
import os
import subprocess
import sys
import types
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import Cookie
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

import httpx
import msgspec
import pydantic
from places import secret, typed

import backtrail
from backtrail import debug

PIN = 7391462850517


@dataclass
class Login:
    user: str
    password: str
    inner: dict[str, Any] = field(default_factory=dict)


class Slotted:
    __slots__ = ("api_key", "port")

    def __init__(self) -> None:
        self.api_key, self.port = secret("slots"), 80


class Pair(NamedTuple):
    user: str
    passwd: str


class Wire(msgspec.Struct):
    user: str
    access_token: str


class Model(pydantic.BaseModel):
    user: str
    client_secret: str
    hidden: pydantic.SecretStr


class Stored(str):
    """A text of a class of its own."""


class Level(enum.Enum):
    PASSWORD = secret("enum")


class Attributes:
    def __init__(self) -> None:
        self.db_password = secret("attribute")
        self._private_key = secret("private attribute")


def objects() -> list[Any]:
    return [
        Login("ann", secret("dataclass"), {"token": secret("in a dataclass")}),
        Slotted(),
        Pair("ann", secret("named tuple")),
        Wire("ann", secret("struct")),
        Model(user="ann", client_secret=secret("model"), hidden=secret("secret str")),
        types.SimpleNamespace(passphrase=typed("namespace")),
        types.MappingProxyType({"password": secret("proxy")}),
        collections.UserDict(password=secret("user dict")),
        collections.ChainMap({"password": secret("chain map")}, {"b": 1}),
        collections.OrderedDict(password=secret("ordered dict")),
        collections.defaultdict(list, password=[secret("default dict")]),
        collections.deque([("password", secret("deque"))]),
        functools.partial(print, password=secret("partial")),
        Attributes(),
        Level.PASSWORD,
        ValueError(f"password={secret('exception as a value')}"),
    ]


def web() -> list[Any]:
    coded = base64.b64encode(f"ann:{secret('basic')}".encode()).decode()
    headers = {"X-Api-Key": secret("header"), "Authorization": f"Basic {coded}"}
    cookie = SimpleCookie()
    cookie["session_id"] = secret("cookie")
    request = urllib.request.Request("http://x/", headers=headers)
    return [
        headers,
        list(headers.items()),
        [(b"x-api-key", secret("raw header").encode())],
        httpx.Headers({"X-Api-Key": secret("httpx header"), "Accept": "*/*"}),
        httpx.Request("GET", f"http://x/?token={secret('httpx url')}", headers=headers),
        httpx.Client(auth=("ann", secret("httpx auth")), headers=headers),
        request,
        cookie,
        made_cookie(),
        f"GET /x?api_key={secret('query')} HTTP/1.1\r\nHost: x\r\n",
        f'Host: x\r\nCookie: a="b"; c={secret("cookie line")}\r\nAccept: */*',
        f"http://x/?next=%2Fy%3Ftoken%3D{secret('nested query')}",
        f"postgres://ann:{secret('url')}@db/app",
        f"<a><password>{secret('xml')}</password></a>",
        f'<input name="password" value="{secret("html")}">',
        f'form-data; name="password"\r\n\r\n{secret("form")}\r\n--b',
        {"HTTP_AUTHORIZATION": secret("wsgi"), "HTTP_COOKIE": secret("wsgi cookie")},
        {"type": "http", "headers": [[b"authorization", secret("asgi").encode()]]},
    ]


def made_cookie() -> Cookie:
    return Cookie(
        0, "sessionid", secret("cookie jar"), None, False, "x", True, False, "/", True,
        False, None, True, None, None, {},
    )  # fmt: skip


def messages() -> list[dict[str, Any]]:
    arguments = {"user": "ann", "password": typed("tool call")}
    key = "sk" + "-" + secret("llm")
    return [
        {"role": "system", "content": f"Use the api key {key} for all calls"},
        {"role": "user", "content": f"my password is {secret('llm said')}, log me in"},
        {"role": "user", "content": [{"type": "text", "text": f"token: {secret('llm part')}"}]},
        {
            "role": "assistant",
            "tool_calls": [{"function": {"name": "login", "arguments": json.dumps(arguments)}}],
        },
        {
            "role": "tool",
            "content": json.dumps({"result": json.dumps({"jwt": secret("llm tool")})}),
        },
    ]


def attributes() -> None:
    debug("open_session", password=secret("attribute by name"), user="ann")
    debug("open_session", {"nested": [{"deep": ({"api_key": secret("nested")},)}]})
    debug("open_session", state={"auth": {"user": "ann", "pw": secret("state")}})
    debug("open_session", data=f"token={secret('data text')}", note=typed_text())
    debug("open_session", names={"passwords": {secret("set"), "b"}}, tokens_of={"token": 7})
    debug("open_session", pin=PIN, echo=f"the pin is {PIN}")
    debug("open_session", echo=secret("echo"), password=secret("echo"))
    debug("open_session", echo=[f"say {secret('echo in a list')}"], token=secret("echo in a list"))
    debug("open_session", raw=f"password={secret('bytes')}".encode())
    debug("open_session", raw={b"password": secret("bytes value").encode()})
    debug("open_session", command=["app", "--password", secret("command list"), "x"])
    debug("open_session", pairs=[{"name": "DB_PASSWORD", "value": secret("pairs")}])
    debug("open_session", secret_number=int(secret("number"), 36))
    debug("open_session", password=Stored(secret("str subclass")), echo=secret("str subclass"))
    debug("open_session", key="AK" + "IA" + secret("aws").upper()[:16])
    debug("open_session", x="y" * 55, long=b"y" * 55 + b"sk-" + secret("at a cut").encode())
    debug("open_session", environ=dict(os.environ), env=os.environ)
    debug(f"token={secret('action')}", ai_tags=[f"password={secret('tag')}"])
    debug("open_session", trace_id=f"token={secret('trace id')}")
    backtrail.get_debugger(f"token={secret('context')}")("open_session", user="ann")
    debug("open_session", **{f"password={secret('attribute name')}": 1})
    debug("open_session", names={f"token={secret('dict key')}": 1})
    debug("count_words", tokenizer="gpt", password_policy_doc="policy.md", token_count=17)
    debug("feed_monkey", monkey="banana", secretary="ann", note="the tokenizer is harmless")


def typed_text() -> str:
    return json.dumps({"password": typed("json text")}) + repr({"token": typed("repr text")})


def commands() -> None:
    command = [sys.executable, "-c", "raise SystemExit(3)", "--api-key", secret("child argument")]
    done = subprocess.run(command, check=False)
    debug("run_child", done=done)
    try:
        done.check_returncode()
    except subprocess.CalledProcessError as error:
        backtrail.capture_exception(error)


def everything() -> None:
    attributes()
    for value in (*objects(), *web()):
        debug("show_value", value=value)
    debug("ask_model", messages=messages())
    debug("ask_model", text=json.dumps(messages()), shown=repr(messages()))
    commands()
