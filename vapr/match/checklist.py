"""What the driver needs to know of the open stop."""

from collections import Counter
from collections.abc import Collection, Sequence

from vapr.route import Route
from vapr.types import Checklist, Item, Parcel

WORTH_CHECKING = 0.05  # probability of being a missing item that is worth a look
MAX_CHECKS = 6  # a longer list is no help: it says "look at everything"


def make_checklist(
    parcels: Sequence[Parcel],
    route: Route,
    stop: str | None,
    taken: Collection[str] = (),
) -> Checklist:
    """Found, missing, worth a look, and foreign, from verdicts.

    Every expected item is in exactly one of found, missing and taken.
    """
    expected = route.stop(stop).items if stop is not None else ()
    found = _found(parcels, expected)
    handed = tuple(item.name for item in expected if item.key in taken)
    missing = tuple(
        item.name
        for item in expected
        if item.key not in taken and item.key not in found
    )
    return Checklist(
        stop=stop,
        expected=len(expected),
        found=tuple(i.name for i in expected if i.key in found and i.key not in taken),
        missing=missing,
        check=_worth_checking(parcels, missing),
        taken=handed,
        foreign=tuple(p.id for p in parcels if p.foreign and p.id),
    )


def _found(parcels: Sequence[Parcel], expected: Sequence[Item]) -> set[str]:
    """Keys of this stop's items that a pick stands for.

    Picks that cannot be told apart are found when there are as many as their items.
    """
    picks = [p for p in parcels if p.verdict == "pick"]
    found = {p.key for p in picks if p.key is not None}
    groups = Counter(
        frozenset(name for name, _ in p.candidates) for p in picks if p.key is None
    )
    for names, count in groups.items():
        keys = [i.key for i in expected if i.name in names and i.key not in found]
        if count >= len(keys):
            found.update(keys)
    return found


def _worth_checking(
    parcels: Sequence[Parcel], missing: Sequence[str]
) -> tuple[int, ...]:
    if not missing:
        return ()
    wanted = set(missing)
    unknown = [i for i, p in enumerate(parcels) if p.verdict == "unknown"]
    chance = {
        i: sum(p for name, p in parcels[i].candidates if name in wanted)
        for i in unknown
    }
    likely = [i for i in unknown if chance[i] >= WORTH_CHECKING]
    if likely:
        return tuple(sorted(likely, key=lambda i: -chance[i])[:MAX_CHECKS])
    unread = [i for i in unknown if parcels[i].labels]
    return tuple(unread) if len(unread) <= MAX_CHECKS else ()
