"""What the server counts of itself, for who watches over it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.measuring import MEDIA, Measures
from backtrail.serve.http.problems import DOCUMENTED
from backtrail.serve.http.routing import Routes

PATH = "/metrics"
routes = Routes("health", need=Need.OWNER, prefix="")


def read_metrics(request: Request) -> Response:
    """Return what the server counts of itself, in the text of OpenMetrics."""
    measures: Measures = request.app.state.measures
    return Response(measures.text(), media_type=MEDIA)


routes.router.add_api_route(
    PATH,
    read_metrics,
    response_model=None,
    response_class=Response,
    responses={
        200: {"description": "Metrics", "content": {MEDIA: {"schema": {"type": "string"}}}},
        **DOCUMENTED,
    },
)
