"""The built pages, if they were built: a wheel carries them, a checkout builds them."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parent.parent / "static"
INDEX, ASSETS = "index.html", "assets"
NOT_BUILT = (
    "The pages are not built in this checkout: run `npm ci && npm run build` in web/.\n"
    "The interface is there: /api/openapi.json\n"
)


def mount_pages(app: FastAPI, folder: Path = STATIC) -> None:
    """Answer `/` with the pages, and what they load below it."""

    def home(_request: Request) -> Response:
        index = folder / INDEX
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT)
        # The files that it names change their names with their content; it does not.
        return FileResponse(index, headers={"cache-control": "no-cache"})

    app.add_route("/", home, include_in_schema=False)
    if (folder / ASSETS).is_dir():
        app.mount(f"/{ASSETS}", StaticFiles(directory=folder / ASSETS))
