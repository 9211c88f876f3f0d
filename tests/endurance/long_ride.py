"""A long ride in short time: memory must stay flat.

    python tests/endurance/long_ride.py --minutes 20

Parcels come, are hidden, go and come back at five frames a second of the ride's own
time. Told: resident memory after the first tenth and at the end.
"""

import argparse
import random
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.van_film import ROUTE, Box, Film
from vapr.session import Session

FPS = 5
ALLOWED_MB = 20.0


def resident_mb() -> float:
    """Resident memory now, megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def ride_for(minutes: float) -> tuple[float, float]:
    """Resident memory after a tenth of the ride and at its end."""
    chance = random.Random(1)
    keys = [item.key for item in ROUTE.items]
    places = [(60, 60), (250, 60), (450, 60), (60, 220), (300, 230)]
    film = Film([Box(key, at) for key, at in zip(keys, places, strict=False)])
    session = Session(film, ROUTE)
    frames, early = int(minutes * 60 * FPS), 0.0
    for i in range(frames):
        if i % 25 == 0:
            film.person = chance.choice([None, None, (0, 0, 300, 360)])
            shuffle(film, chance, keys, places)
            session.open_stop(chance.choice(["14", "15", "16"]))
        session.look(film.picture(), i / FPS)
        session.tick(i / FPS)
        if i == frames // 10:
            early = resident_mb()
    return early, resident_mb()


def shuffle(
    film: Film,
    chance: random.Random,
    keys: list[str],
    places: list[tuple[int, int]],
) -> None:
    """Take one parcel out, put one in."""
    if film.boxes:
        film.boxes.pop(chance.randrange(len(film.boxes)))
    free = [p for p in places if p not in {box.at for box in film.boxes}]
    out = [k for k in keys if k not in {box.key for box in film.boxes}]
    film.boxes.append(Box(chance.choice(out), chance.choice(free)))


def main() -> int:
    """Run it; 1 when memory grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    minutes = parser.parse_args().minutes
    early, late = ride_for(minutes)
    sys.stdout.write(
        f"{minutes:g} minutes at {FPS} frames a second: {early:.1f} MB after a tenth, "
        f"{late:.1f} MB at the end\n"
    )
    return int(late - early > ALLOWED_MB)


if __name__ == "__main__":
    sys.exit(main())
