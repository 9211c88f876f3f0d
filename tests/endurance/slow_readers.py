"""A hundred WebSocket readers that never read must not slow the ride.

    python tests/endurance/slow_readers.py --readers 100 --seconds 10

A made van is served with its own camera at ten frames a second. Told: frames looked at
a second and the age of the newest, alone and with all those readers, who ask for
pictures and read nothing; and what a quick reader beside them gets.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.request import urlopen

from websockets.asyncio.client import ClientConnection, connect

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.served_van import Van, served_van
from tests.van_film import Box, Film

HELLO = json.dumps({"type": "hello", "v": 1, "pictures": True})


def looked(address: str) -> float:
    """Frames looked at so far."""
    with urlopen(f"http://{address}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    name = 'vapr_frames_total{outcome="looked"}'
    return next((float(x.split()[-1]) for x in lines if x.startswith(name)), 0.0)


async def rate(address: str, seconds: float) -> float:
    """Frames looked at a second."""
    before, start_s = await asyncio.to_thread(looked, address), time.monotonic()
    await asyncio.sleep(seconds)
    after = await asyncio.to_thread(looked, address)
    return (after - before) / (time.monotonic() - start_s)


@asynccontextmanager
async def sleepers(address: str, count: int) -> AsyncIterator[None]:
    """So many readers that ask for pictures and read nothing."""
    sockets: list[ClientConnection] = []
    for _ in range(count):
        url = f"ws://{address}/v1/ws"
        socket = await connect(url, max_queue=1, ping_interval=None)
        await socket.send(HELLO)
        sockets.append(socket)
    try:
        yield
    finally:
        for socket in sockets:
            socket.transport.abort()


async def ages(address: str, seconds: float) -> list[float]:
    """Ages of the scenes that a reader gets who reads them at once."""
    got: list[float] = []
    end_s = time.monotonic() + seconds
    async with connect(f"ws://{address}/v1/ws", max_size=None) as socket:
        while time.monotonic() < end_s:
            message = json.loads(await socket.recv())
            if message["type"] == "scene":
                got.append(message["age_s"] or 0.0)
                ack = {"type": "ack", "v": 1, "n": message["n"]}
                await socket.send(json.dumps(ack))
    return sorted(got)


async def compare(address: str, readers: int, seconds: float, least: float) -> bool:
    """Whether the ride kept its pace."""
    await asyncio.sleep(1)
    alone = await rate(address, seconds)
    async with sleepers(address, readers):
        beside = await rate(address, seconds)
        quick = await ages(address, seconds / 2)
    sys.stdout.write(
        f"{alone:.1f} frames a second alone, {beside:.1f} with {readers} readers that "
        f"never read; a quick one beside them: {len(quick)} scenes, median age "
        f"{quick[len(quick) // 2] * 1e3:.0f} ms\n"
    )
    return beside >= least * alone and len(quick) > least * seconds


def main() -> int:
    """Run it; 1 when the ride was slowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument(
        "--least", type=float, default=0.8, help="share of the frames still looked at"
    )
    told = parser.parse_args()
    film = Film([Box("A1", (60, 60)), Box("A2", (250, 60)), Box("B1", (450, 60))])
    with served_van(film, Van(film)) as (address, _):
        kept = asyncio.run(compare(address, told.readers, told.seconds, told.least))
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
