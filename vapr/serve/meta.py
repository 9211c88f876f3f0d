"""Health, metrics and pairing."""

from importlib.metadata import version

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from vapr.serve.guard import COOKIE, same_token
from vapr.serve.problems import describe, problem
from vapr.serve.ride import Ride
from vapr.serve.schemas import Health, PairIn

_YEAR_S = 365 * 24 * 3600


def meta_router(ride: Ride) -> APIRouter:
    """`/healthz`, `/metrics` and `/pair`."""
    router = APIRouter(tags=["service"], responses=describe(400, 401, 403, 413, 422))

    @router.get("/healthz", summary="Alive?")
    async def _health() -> Health:
        live = bool(ride.hub.freshness()["live"])
        return Health(live=live, version=version("vapr"))

    @router.get("/metrics", summary="For Prometheus", response_class=PlainTextResponse)
    async def _metrics() -> PlainTextResponse:
        age_s = ride.hub.freshness()["age_s"]
        ride.metrics.age.set(float("nan") if age_s is None else age_s)
        return PlainTextResponse(ride.metrics.text())

    @router.post("/pair", status_code=204, summary="Let this browser in")
    async def _pair(body: PairIn) -> Response:
        token = ride.settings.token
        if token is not None and not same_token(body.token, token):
            return problem(401, "wrong_token", "this is not the service's token")
        response = Response(status_code=204)
        if token is not None:
            response.set_cookie(
                COOKIE, token, max_age=_YEAR_S, httponly=True, samesite="strict"
            )
        return response

    return router
