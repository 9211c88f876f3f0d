"""The short forms of the runs under tests/endurance."""

import subprocess
import sys
from pathlib import Path

import pytest

ENDURANCE = Path(__file__).parent / "endurance"


def _run(name: str, *arguments: str) -> str:
    command = [sys.executable, str(ENDURANCE / name), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_killed_it_loses_nothing_it_acknowledged() -> None:
    assert "0 lost" in _run("kill_ride.py", "--times", "8")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_flat() -> None:
    _run("long_ride.py", "--minutes", "0.5")


def test_readers_that_do_not_read_slow_nobody() -> None:
    # far below what an idle machine keeps: two of its cores may be anybody's
    _run("slow_readers.py", "--readers", "25", "--seconds", "3", "--least", "0.3")


@pytest.mark.slow
def test_a_broken_camera_leaves_no_marks() -> None:
    # alone on a machine it takes no slack
    _run("break_camera.py", "--times", "1", "--slack", "3")
