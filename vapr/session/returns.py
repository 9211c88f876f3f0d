"""Parcels that left and are back: what was taken too early or put back."""

from collections.abc import Collection

AWAY_S = 1.5  # out of sight for so long, or it never left
BACK_S = 1.0  # and standing in the van for so long since


class Returns:
    """Keys in the picture, frame by frame; keys that came back out."""

    def __init__(self) -> None:
        self._away: dict[str, float] = {}
        self._back: dict[str, float] = {}

    def update(
        self, out: Collection[str], resting: Collection[str], time_s: float
    ) -> list[str]:
        """Keys that are back for good.

        Args:
            out: keys of items that have left the van.
            resting: keys of items that stand in the van, in this frame.
            time_s: now.
        """
        for known in (self._away, self._back):
            for key in known.keys() - set(out):
                del known[key]
        returned = []
        for key in out:
            if key not in resting:
                self._back.pop(key, None)
                self._away.setdefault(key, time_s)
            elif key in self._away:
                since = self._back.setdefault(key, time_s)
                if since - self._away[key] < AWAY_S:
                    del self._away[key], self._back[key]
                elif time_s - since >= BACK_S:
                    returned.append(key)
        return returned
