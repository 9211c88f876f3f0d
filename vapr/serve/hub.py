"""From the worker's thread to every reader: each gets the newest, at its own pace."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vapr.serve.schemas import events_out, message, state_out
from vapr.serve.worker import Clock, Snapshot
from vapr.session import Event
from vapr.wire import to_json

KEPT_EVENTS = 500


@dataclass(slots=True, eq=False)
class Reader:
    """One WebSocket: what it has been sent, and whether it may be sent a scene."""

    pictures: bool = False
    seq: int = 0
    sent: int = 0
    acked: int = 0
    state: Any = None
    frame: Any = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """Keeps the newest snapshot and the last events; readers come for them.

    Nothing is queued per reader, so a slow one costs neither memory nor time.
    """

    def __init__(
        self, first: Snapshot, past: Iterable[Event], clock: Clock, stale_s: float
    ) -> None:
        self.readers: set[Reader] = set()
        self.newest, self._clock, self._stale_s = first, clock, stale_s
        self._events: deque[Event] = deque(past, KEPT_EVENTS)
        self._text: tuple[int, str] = (-1, "")

    def resume(self, reader: Reader, after: int) -> bool:
        """Send the events after this one; whether all of them are still kept."""
        kept = self._events
        reader.seq = after
        return len(kept) < KEPT_EVENTS or kept[0].seq <= after + 1

    def publish(self, snapshot: Snapshot) -> None:
        """Take over a snapshot; on the event loop's thread."""
        self.newest = snapshot
        self._events.extend(snapshot.events)
        for reader in self.readers:
            reader.wake.set()

    def freshness(self) -> dict[str, Any]:
        """Whether the newest picture is live, how old it is, how long it may stand."""
        frame = self.newest.frame
        if frame is None:
            return {"live": False, "age_s": None, "ttl_s": 0.0}
        age_s = max(self._clock() - frame.time_s, 0.0)
        ttl_s = max(self._stale_s - age_s, 0.0)
        return {"live": ttl_s > 0, "age_s": round(age_s, 3), "ttl_s": round(ttl_s, 3)}

    def next_for(self, reader: Reader) -> list[str | bytes]:
        """What a reader lacks: events, the ride's state, and one scene per ack."""
        out: list[str | bytes] = [_dump(m) for m in self._events_for(reader)]
        state = state_out(self.newest)
        if state != reader.state:
            reader.state = state
            out.append(_dump(message("state", state=state.model_dump(mode="json"))))
        if self.newest.n > reader.sent and reader.acked >= reader.sent:
            out.extend(self._scene_for(reader))
        return out

    def _events_for(self, reader: Reader) -> list[dict[str, Any]]:
        missing = [event for event in self._events if event.seq > reader.seq]
        if not missing:
            return []
        reader.seq = missing[-1].seq
        events = [event.model_dump(mode="json") for event in events_out(missing)]
        return [message("events", events=events)]

    def _scene_for(self, reader: Reader) -> list[str | bytes]:
        """The scene, and its picture if the reader wants it and does not have it."""
        newest, frame = self.newest, self.newest.frame
        reader.sent = newest.n
        picture = reader.pictures and newest.jpeg and frame is not reader.frame
        head = message(
            "scene",
            n=newest.n,
            camera=None if frame is None else frame.camera,
            frame=None if frame is None else frame.name,
            picture=bool(picture),
            **self.freshness(),
        )
        if self._text[0] != newest.n:
            self._text = (newest.n, json.dumps(to_json(newest.scene)))
        text = f'{_dump(head)[:-1]}, "scene": {self._text[1]}}}'
        if not picture or newest.jpeg is None:
            return [text]
        reader.frame = frame
        return [text, newest.jpeg]


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value)
