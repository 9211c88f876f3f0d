"""Kill a ride with SIGKILL over and over: nothing that was acknowledged may be lost.

    python tests/endurance/kill_ride.py --times 200

A child process takes parcels, puts them back, opens and closes stops; after each call
has returned it writes what was accepted to a pipe. The parent kills it at any moment,
reads the pipe to its end, opens the journal anew and holds one against the other.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.van_film import ROUTE, Film
from vapr.session import Event, RideState, Session
from vapr.session.events import apply_event


def ride_on(journal: Path, pipe: int, seed: int) -> None:
    """The child: deeds without end, each told once it is accepted."""
    chance = random.Random(seed)
    session = Session(Film([]), ROUTE, journal=journal)
    time_s = 0.0
    while True:
        time_s += 1.0
        for event in do_something(session, chance, time_s):
            line = json.dumps([event.seq, event.kind, event.stop, event.key])
            os.write(pipe, line.encode() + b"\n")


def do_something(
    session: Session, chance: random.Random, time_s: float
) -> tuple[Event, ...]:
    """One deed; what was accepted."""
    key = chance.choice([item.key for item in ROUTE.items])
    what = chance.choices(("take", "untake", "open", "close"), (4, 3, 2, 1))[0]
    if what == "take":
        return session.take(key, time_s)
    if what == "untake":
        return session.untake(key, time_s)
    if what == "close":
        return session.close_stop(time_s)
    return session.open_stop(chance.choice([stop.id for stop in ROUTE]), time_s)


def kill_one(journal: Path, seed: int) -> tuple[int, int]:
    """One life of a ride: how many events were acknowledged, how many are lost."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            ride_on(journal, writer, seed)
        finally:
            os._exit(1)
    os.close(writer)
    first = os.read(reader, 65536)
    time.sleep(random.Random(seed).uniform(0.0, 0.1))
    os.kill(child, signal.SIGKILL)
    told = first + b"".join(iter(lambda: os.read(reader, 65536), b""))
    os.waitpid(child, 0)
    os.close(reader)
    lines = [json.loads(line) for line in told.splitlines()]
    return len(lines), len(lost(journal, lines))


def lost(journal: Path, told: list[list[object]]) -> list[list[object]]:
    """What was acknowledged and is not in the journal, or not in the state."""
    session = Session(Film([]), ROUTE, journal=journal)
    events = session.events()
    known = {(e.seq, e.kind, e.stop, e.key) for e in events}
    if session.state != folded(events):
        raise AssertionError("the state is not what the events add up to")
    session.close()
    return [line for line in told if tuple(line) not in known]


def folded(events: tuple[Event, ...]) -> RideState:
    """The state from the events alone."""
    state = RideState()
    for event in events:
        state = apply_event(state, event)
    return state


def main() -> int:
    """Run it; 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    times = parser.parse_args().times
    total = missing = 0
    with TemporaryDirectory() as folder:
        journal = Path(folder) / "ride.db"
        for seed in range(times):
            told, gone = kill_one(journal, seed)
            total, missing = total + told, missing + gone
    sys.stdout.write(
        f"killed {times} times; {total} events acknowledged, {missing} lost\n"
    )
    return 1 if missing or not total else 0


if __name__ == "__main__":
    sys.exit(main())
