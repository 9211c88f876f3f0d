"""Many trials on all cores, kept in a file as they come: a run that is cut goes on."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vapr.calibrate.trials import Trial, run_chunk
from vapr.errors import InputError
from vapr.read.calibration import Clues
from vapr.workers import worker_pool

Work = Callable[[int, int], list[Trial]]


def record_trials(
    file: Path, seed: int, chunks: int, workers: int, work: Work = run_chunk
) -> Iterator[list[Trial]]:
    """The trials of chunks 0..`chunks`-1, those in the file first.

    Each chunk is appended to the file as one line when it is done; a line that was cut
    short is done again.

    Args:
        file: JSON Lines; made if it is not there.
        seed: of everything drawn.
        chunks: how many; see `run_chunk`.
        workers: processes.
        work: what makes the trials of a seed and chunk.

    Raises:
        InputError: the file is something else, or of another seed.
    """
    done = read_trials(file, seed)
    yield from (trials for chunk, trials in sorted(done.items()) if chunk < chunks)
    left = [chunk for chunk in range(chunks) if chunk not in done]
    if not left:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with worker_pool(workers) as pool:
        runs = pool.map(work, [seed] * len(left), left)
        for chunk, trials in zip(left, runs, strict=True):
            _append(file, seed, chunk, trials)
            yield trials


def read_trials(file: Path, seed: int) -> dict[int, list[Trial]]:
    """The trials in a file by chunk; what was cut short at its end is taken off it.

    Raises:
        InputError: the file is something else, or of another seed.
    """
    if not file.exists():
        return {}
    raw = file.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    try:
        lines = [json.loads(line) for line in whole.splitlines()]
        seeds = {line["seed"] for line in lines}
        done = {line["chunk"]: [_trial(t) for t in line["trials"]] for line in lines}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file.name} holds no trials of a calibration") from error
    if seeds - {seed}:
        raise InputError(f"{file.name} holds trials of seed {seeds.pop()}, not {seed}")
    if len(whole) < len(raw):
        file.write_bytes(whole)
    return done


def _append(file: Path, seed: int, chunk: int, trials: Sequence[Trial]) -> None:
    line = {"seed": seed, "chunk": chunk, "trials": [_fields(t) for t in trials]}
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line, separators=(",", ":")) + "\n")


def _fields(trial: Trial) -> dict[str, Any]:
    """A trial as JSON values, four places each."""
    fields = asdict(trial)
    fields["px"] = round(trial.px, 4)
    fields["clues"] = {
        # JSON knows no infinity
        name: round(min(max(value, -1e9), 1e9), 4)
        for name, value in asdict(trial.clues).items()
    }
    return fields


def _trial(fields: dict[str, Any]) -> Trial:
    return Trial(**{**fields, "clues": Clues(**fields["clues"])})
