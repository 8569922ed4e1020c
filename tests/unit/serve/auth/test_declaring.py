from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router

from backtrail.model.errors import RefusedError
from backtrail.serve.auth.declaring import NOWHERE, Needs
from backtrail.serve.auth.scopes import Need

CUP = Route("/cups/{cup}", lambda _: PlainTextResponse("cup"), methods=["GET"])
BREW = Route("/cups/{cup}", lambda _: PlainTextResponse("brew"), methods=["POST"])
SHELF = Mount("/shelf", app=Router())


def scope(path: str, method: str = "GET") -> dict[str, Any]:
    return {"type": "http", "path": path, "method": method, "root_path": "", "headers": []}


def test_a_route_that_does_not_say_what_it_needs_keeps_the_server_from_starting() -> None:
    with pytest.raises(RefusedError, match=r"route /cups/\{cup\} does not say who may use it"):
        Needs([SHELF, CUP], {id(SHELF): Need.OPEN})


def test_each_request_has_the_need_of_its_route() -> None:
    needs = Needs(
        [CUP, BREW, SHELF], {id(CUP): Need.READ, id(BREW): Need.WRITE, id(SHELF): Need.OPEN}
    )
    found = needs.of(scope("/cups/blue"))
    assert (found.need, found.path) == (Need.READ, "/cups/{cup}")
    assert needs.of(scope("/cups/blue", "POST")).need is Need.WRITE
    assert needs.of(scope("/cups/blue", "DELETE")).need is Need.READ
    assert needs.of(scope("/shelf/a/b")).need is Need.OPEN
    for path in ("/cups", "/cups/blue/x", "//cups/blue", "/CUPS/blue", "/shelfish", ""):
        assert needs.of(scope(path)) == NOWHERE
