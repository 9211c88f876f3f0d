"""Many jobs on several processes, every outcome kept as soon as it is there."""

import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import groupby, islice, takewhile
from pathlib import Path
from typing import Any, TypeVar

from vapr.errors import InputError
from vapr.evaluate.outcomes import Kept
from vapr.workers import worker_pool

Job = TypeVar("Job")
Outcome = TypeVar("Outcome", bound=Kept)
_START = '{"source":'


@dataclass(frozen=True, slots=True)
class Pace:
    """How jobs are handed out.

    Jobs in a row of which `together` says the same are done by one process, which may
    keep what they share; their outcomes come at once. Once it is `enough` no more are
    begun; those at work are waited for.
    """

    together: Callable[[Any], object] = id
    enough: Callable[[], bool] = bool  # that is: never


def run_journaled(
    work: Callable[[Job], Outcome],
    jobs: Mapping[str, Job],
    workers: int,
    journal: Path | None,
    kind: type[Outcome],
    pace: Pace = Pace(),
) -> Generator[Outcome]:
    """Does named jobs, those of the journal not again; outcomes as they come.

    Args:
        work: makes the outcome of a job; runs in another process.
        jobs: each under the source of its outcome.
        workers: how many processes.
        journal: a JSON Lines file of outcomes; one that was cut off in the middle of
            a line is taken up there.
        kind: what the outcomes are.
        pace: which jobs go together, and when it is enough.

    Raises:
        InputError: the journal is no such file.
    """
    done = read_journal(journal, kind)
    _mend(journal)
    yield from (done[name] for name in jobs if name in done)
    left = [job for name, job in jobs.items() if name not in done]
    if not left:
        return
    groups = (list(group) for _, group in groupby(left, pace.together))
    batches = takewhile(lambda _: not pace.enough(), groups)
    pool = worker_pool(min(workers, len(left)))
    # no more than there are workers: what waits in a pool cannot be called off
    running = {pool.submit(_do_all, work, batch) for batch in islice(batches, workers)}
    try:
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            more = islice(batches, len(ended))
            running |= {pool.submit(_do_all, work, batch) for batch in more}
            yield from _kept(journal, ended)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        whole = {f for f in running if not f.cancelled() and f.exception() is None}
        _kept(journal, whole)


def _kept(
    journal: Path | None, futures: Iterable[Future[list[Outcome]]]
) -> list[Outcome]:
    """The outcomes of work that is done, kept."""
    outcomes = [outcome for future in futures for outcome in future.result()]
    for outcome in outcomes:
        keep(journal, outcome)
    return outcomes


def _do_all(work: Callable[[Job], Outcome], jobs: Sequence[Job]) -> list[Outcome]:
    return [work(job) for job in jobs]


def keep(journal: Path | None, outcome: Kept) -> None:
    """Adds an outcome to a journal, if there is one."""
    if journal is not None:
        with journal.open("a", encoding="utf-8") as file:
            file.write(outcome.model_dump_json() + "\n")


def read_journal(journal: Path | None, kind: type[Outcome]) -> dict[str, Outcome]:
    """The outcomes of a journal by source; none if there is no such file yet.

    Raises:
        InputError: it is no journal.
    """
    if journal is None or not journal.exists():
        return {}
    text = journal.read_text(encoding="utf-8")
    whole, _, cut = text.rpartition("\n")
    try:
        outcomes = [
            kind.model_validate(json.loads(line)) for line in whole.splitlines()
        ]
    except ValueError as error:
        raise InputError(f"{journal.name} is no journal of an evaluation") from error
    if not cut.startswith(_START[: len(cut)]):
        raise InputError(f"{journal.name} is no journal of an evaluation")
    return {outcome.source: outcome for outcome in outcomes}


def _mend(journal: Path | None) -> None:
    """Drops a last line that was cut off while it was written."""
    if journal is not None and journal.exists():
        text = journal.read_bytes()
        if not text.endswith(b"\n"):
            journal.write_bytes(text[: text.rfind(b"\n") + 1])
