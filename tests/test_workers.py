"""Work on all cores leaves nothing behind, however it ends."""

import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from operator import itemgetter
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from threading import Barrier
from typing import Any

import pytest

from vapr.evaluate import Pace, journal, keep, read_journal, run_journaled
from vapr.evaluate.outcomes import Kept

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


def test_jobs_that_share_something_are_done_by_one_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    batches: list[list[str]] = []

    class Pool(ThreadPoolExecutor):
        def submit(self, *call: Any, **_: object) -> Future[Any]:  # noqa: ANN401
            batches.append(list(call[2]))
            return super().submit(*call)

    monkeypatch.setattr(journal, "worker_pool", Pool)
    file = tmp_path / "j.jsonl"
    keep(file, Kept(source="a2"))
    jobs = {name: name for name in ("a1", "a2", "a3", "b1", "b2")}
    done = run_journaled(_kept, jobs, 2, file, Kept, Pace(itemgetter(0)))
    assert sorted(o.source for o in done) == sorted(jobs)
    assert sorted(batches) == [["a1", "a3"], ["b1", "b2"]]
    assert set(read_journal(file, Kept)) == set(jobs)
    met = Barrier(2)

    def at_once(name: str) -> Kept:
        if name in ("a1", "b1"):
            met.wait(30)
        return Kept(source=name)

    begun = run_journaled(
        at_once, jobs, 2, tmp_path / "k.jsonl", Kept, Pace(itemgetter(0))
    )
    next(begun)
    begun.close()  # time is up: what was being done then is kept
    assert set(read_journal(tmp_path / "k.jsonl", Kept)) == set(jobs)
    batches.clear()
    soon = Pace(itemgetter(0), enough=lambda: len(batches) > 0)
    few = run_journaled(_kept, jobs, 2, None, Kept, soon)
    assert sorted(o.source for o in few) == ["a1", "a2", "a3"]  # what was begun
    batches.clear()
    assert len(list(run_journaled(_kept, jobs, 2, None, Kept))) == 5
    assert [len(batch) for batch in batches] == [1] * 5


def _kept(name: str) -> Kept:
    return Kept(source=name)
