"""What a driver's app can do to a ride."""

from typing import Annotated

from fastapi import APIRouter, Query

from vapr.serve.problems import describe
from vapr.serve.ride import Ride
from vapr.serve.schemas import (
    DeedOut,
    EventsOut,
    FixIn,
    ItemIn,
    RouteOut,
    StateOut,
    StopIn,
    events_out,
    route_out,
    state_out,
)
from vapr.session import Event, Fix, Session

After = Annotated[int, Query(ge=0, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=10_000)]
_ERRORS = describe(400, 401, 403, 413, 422, 429)


def deeds_router(ride: Ride) -> APIRouter:
    """`/v1/ride/…` and `/v1/events`."""
    router = APIRouter(tags=["ride"], responses=_ERRORS)
    _add_deeds(router, ride)
    _add_reports(router, ride)
    return router


def _add_deeds(router: APIRouter, ride: Ride) -> None:
    @router.post("/v1/ride/open", summary="Open a stop; closes the one that was open")
    async def _open(body: StopIn) -> DeedOut:
        return _done(ride, await ride.do(lambda s, t: s.open_stop(body.stop, t)))

    @router.post("/v1/ride/close", summary="Close the open stop")
    async def _close() -> DeedOut:
        return _done(ride, await ride.do(lambda s, t: s.close_stop(t)))

    @router.post("/v1/ride/take", summary="An item leaves the van")
    async def _take(body: ItemIn) -> DeedOut:
        return _done(ride, await ride.do(lambda s, t: s.take(body.key, t)))

    @router.post("/v1/ride/untake", summary="An item is back in the van after all")
    async def _untake(body: ItemIn) -> DeedOut:
        return _done(ride, await ride.do(lambda s, t: s.untake(body.key, t)))

    @router.post("/v1/ride/at", summary="The van's position: standing opens its stop")
    async def _at(fix: FixIn) -> DeedOut:
        def stand(session: Session, time_s: float) -> tuple[Event, ...]:
            return session.at(Fix(fix.lat_deg, fix.lon_deg, time_s, fix.speed_mps))

        return _done(ride, await ride.do(stand))


def _add_reports(router: APIRouter, ride: Ride) -> None:
    @router.get("/v1/ride", summary="Open stop, next stop, what is taken")
    async def _state() -> StateOut:
        return state_out(ride.worker.current())

    @router.get("/v1/ride/route", summary="The stops and their items, no names")
    async def _route() -> RouteOut:
        settings = ride.settings
        return route_out(
            ride.route, van_camera=settings.camera, stale_s=settings.stale_s
        )

    @router.get("/v1/events", summary="What happened after event number `after`")
    async def _events(after: After = 0, limit: Limit = 1000) -> EventsOut:
        events = await ride.do(lambda session, _: session.events(after)[:limit])
        last = events[-1].seq if events else after
        return EventsOut(events=events_out(events), last=last)


def _done(ride: Ride, events: tuple[Event, ...]) -> DeedOut:
    return DeedOut(events=events_out(events), state=state_out(ride.worker.current()))
