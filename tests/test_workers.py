"""Work on all cores leaves nothing behind, however it ends."""

import subprocess
import sys
from signal import SIGKILL, SIGTERM, Signals

import pytest

_BUSY = """
import os, time
from vapr.workers import worker_pool

if __name__ == "__main__":
    pool = worker_pool(2)
    pool.submit(os.getpid).result()
    jobs = [pool.submit(time.sleep, 3600) for _ in range(4)]
    print("working", flush=True)
    jobs[0].result()
"""


@pytest.mark.parametrize("signal", [SIGTERM, SIGKILL])
def test_workers_end_with_the_process_that_asked_for_them(signal: Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _BUSY], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"working\n"
    process.send_signal(signal)
    # workers hold the same pipes: they close when the last of them has ended
    process.communicate(timeout=60)
    assert process.returncode == -signal
