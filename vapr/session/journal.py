"""What happened on a ride, on disk before anybody is told: SQLite in WAL mode.

Holds ids of items, stops and places; never a recipient's name or address.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, replace
from pathlib import Path
from typing import cast

from vapr.errors import InputError
from vapr.session.events import Event
from vapr.session.memory import Remembered

DAY_S = 86_400.0
VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, ride TEXT NOT NULL, kind TEXT NOT NULL,
    time_s REAL NOT NULL, stop TEXT, key TEXT, id TEXT, place TEXT, track INTEGER,
    by TEXT NOT NULL, why TEXT);
CREATE INDEX IF NOT EXISTS events_of_ride ON events (ride, seq);
CREATE TABLE IF NOT EXISTS memory (
    ride TEXT NOT NULL, key TEXT NOT NULL, place TEXT NOT NULL, seen_s REAL NOT NULL,
    confidence REAL NOT NULL, stirs INTEGER NOT NULL, PRIMARY KEY (ride, key));
"""
_INSERT = (
    "INSERT INTO events (kind, time_s, stop, key, id, place, track, by, why, ride) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SELECT = (
    "SELECT kind, time_s, stop, key, id, place, track, by, why, seq FROM events "
    "WHERE ride = ? AND seq > ? ORDER BY seq LIMIT ?"
)
_REMEMBER = (
    "INSERT INTO memory (ride, key, place, seen_s, confidence, stirs) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (ride, key) DO UPDATE SET "
    "place = excluded.place, seen_s = excluded.seen_s, "
    "confidence = excluded.confidence, stirs = excluded.stirs"
)


class Journal:
    """Events and what is remembered, of one or more rides.

    Args:
        path: the file; made if missing. None keeps the journal in memory only.

    Raises:
        InputError: the file is no journal, damaged, or cannot be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._name = "the journal" if path is None else path.name
        with self._explained():
            self._db = sqlite3.connect(
                ":memory:" if path is None else path,
                isolation_level=None,
                check_same_thread=False,
            )
            self._prepare()

    def append(self, ride: str, events: Iterable[Event]) -> tuple[Event, ...]:
        """Write events; when this returns they are on disk, with their `seq`."""
        written = []
        with self._explained(), self._transaction():
            for event in events:
                values = (*astuple(event)[:-1], ride)
                cursor = self._db.execute(_INSERT, values)
                written.append(replace(event, seq=cast(int, cursor.lastrowid)))
        return tuple(written)

    def events(self, ride: str, after: int = 0, limit: int = -1) -> tuple[Event, ...]:
        """Events of a ride with a `seq` greater than `after`, oldest first."""
        with self._explained():
            rows = self._db.execute(_SELECT, (ride, after, limit)).fetchall()
        return tuple(Event(*row) for row in rows)

    def save_memory(
        self, ride: str, entries: Sequence[Remembered], gone: Sequence[str] = ()
    ) -> None:
        """Write what is remembered of some items, and forget others."""
        with self._explained(), self._transaction():
            rows = [
                (ride, e.key, e.where, e.seen_s, e.confidence, e.stirs) for e in entries
            ]
            self._db.executemany(_REMEMBER, rows)
            self._db.executemany(
                "DELETE FROM memory WHERE ride = ? AND key = ?",
                [(ride, key) for key in gone],
            )

    def load_memory(self, ride: str) -> tuple[Remembered, ...]:
        """What was remembered of a ride's items when it was last saved."""
        query = (
            "SELECT key, place, seen_s, confidence, stirs FROM memory WHERE ride = ?"
        )
        with self._explained():
            rows = self._db.execute(query, (ride,)).fetchall()
        return tuple(Remembered(*row) for row in rows)

    def prune(self, before_s: float) -> int:
        """Delete all that is older, of every ride, from the disk as well."""
        with self._explained():
            with self._transaction():
                deleted = self._db.execute(
                    "DELETE FROM events WHERE time_s < ?", (before_s,)
                ).rowcount
                deleted += self._db.execute(
                    "DELETE FROM memory WHERE seen_s < ?", (before_s,)
                ).rowcount
            if deleted:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return deleted

    def close(self) -> None:
        """Close the file; a journal that was not closed is as complete."""
        self._db.close()

    def _prepare(self) -> None:
        self._db.execute("PRAGMA busy_timeout = 5000")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")  # NORMAL loses on power cuts
        self._db.execute("PRAGMA secure_delete = ON")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise InputError(
                f"{self._name} was written by another version of vapr "
                f"(format {version}, this one writes {VERSION})"
            )
        self._db.executescript(_SCHEMA)
        self._db.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(
                f"{self._name} cannot be used as a journal: {error}"
            ) from error
