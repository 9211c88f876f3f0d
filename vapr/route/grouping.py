"""Which stop each row belongs to, and the order of the stops."""

from collections import defaultdict
from collections.abc import Iterable

from vapr.errors import ManifestError
from vapr.route.addresses import place
from vapr.route.report import Finding, Unit, row_list
from vapr.route.rows import Row

_SAID_PLACE = "its stop was blank; stop {} has the same address"
_SAID_ABOVE = "its stop was blank, and so is its address: taken to the stop above, {}"
_SAID_OWN = "its stop was blank and no stop has its address: a stop of its own"
_SAID_UNCLEAR = "its stop is blank, and {} have its address: fill in the stop"
_SAID_FIRST = "neither a stop nor an address, and no row above it: fill in the stop"


def group_rows(
    rows: list[Row], by_stop: bool, unit: Unit, findings: list[Finding]
) -> dict[str, list[Row]]:
    """Stop id -> its rows, in driving order.

    By the stop column (a blank one inherits from an equal address, or the row above
    it if that is blank too); without one, by equal address and recipient in the order
    they come. Each row that was helped or refused is told to `findings`.

    Raises:
        ManifestError: no row could be put to a stop.
    """
    if by_stop and any(row.stop for row in rows):
        _split_routes(rows, findings)
        kept = _fill_blanks(rows, unit, findings)
    else:
        kept = _number_places(rows, findings)
    stops: dict[str, list[Row]] = defaultdict(list)
    for row in kept:
        stops[row.stop].append(row)
    if not stops:
        where = f": {unit} {row_list(row.at for row in rows)}" if rows else ""
        raise ManifestError(f"nothing below the header is a stop{where}")
    return _in_order(dict(stops), findings)


def _number_places(rows: list[Row], findings: list[Finding]) -> list[Row]:
    """Without a stop column: one stop for each address and recipient, as they come."""
    ids: dict[tuple[str, str, object], str] = {}
    kept: list[Row] = []
    last = ""
    for row in rows:
        where = (
            place(row.place.address),
            row.place.recipient.casefold(),
            row.place.position,
        )
        if not any(where):
            if not last:
                findings.append(Finding("refused", "no_stop", (row.at,), _SAID_FIRST))
                continue
            said = _SAID_ABOVE.format(last)
            findings.append(Finding("repaired", "blank_stop", (row.at,), said))
        else:
            last = ids.setdefault(where, str(len(ids) + 1))
        row.stop = last
        kept.append(row)
    return kept


class _Places:
    """Which stops have which address; addresses that name two stops stay unclear."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._stops: dict[object, set[str]] = defaultdict(set)
        for row in rows:
            if row.stop:
                for key in self._keys(row):
                    self._stops[key].add(row.stop)

    @staticmethod
    def _keys(row: Row) -> list[object]:
        where, who = place(row.place.address), row.place.recipient.casefold()
        if where:
            return [(where, who, row.place.route), (where, row.place.route)]
        return [(who, row.place.route)] if who else []

    def stops_of(self, row: Row) -> set[str]:
        """The stops with the row's address and recipient, else with its address."""
        for key in self._keys(row):
            if key in self._stops:
                return self._stops[key]
        return set()


def _fill_blanks(rows: list[Row], unit: Unit, findings: list[Finding]) -> list[Row]:
    if all(row.stop for row in rows):
        return rows
    places = _Places(rows)
    kept: list[Row] = []
    above = ""
    for row in rows:
        if not row.stop:
            finding = _fill(row, places.stops_of(row), above, unit)
            findings.append(finding)
            if finding.kind == "refused":
                continue
        above = row.stop
        kept.append(row)
    return kept


def _fill(row: Row, equal: set[str], above: str, unit: Unit) -> Finding:
    """Give a row without a stop one, if that is clear; says what was done."""
    if len(equal) == 1 or above in equal:
        row.stop = above if above in equal else next(iter(equal))
        said = _SAID_PLACE.format(row.stop)
        return Finding("repaired", "blank_stop", (row.at,), said)
    if equal:
        names = "stops " + ", ".join(sorted(equal)[:6])
        return Finding("refused", "blank_stop", (row.at,), _SAID_UNCLEAR.format(names))
    if row.place.address or row.place.recipient:
        row.stop = f"{unit} {row.at}"
        return Finding("repaired", "own_stop", (row.at,), _SAID_OWN)
    if not above:
        return Finding("refused", "no_stop", (row.at,), _SAID_FIRST)
    row.stop = above
    return Finding("repaired", "blank_stop", (row.at,), _SAID_ABOVE.format(above))


def _split_routes(rows: list[Row], findings: list[Finding]) -> None:
    """Several vans in one file whose stops bear the same numbers: "CX101 1"."""
    routes = dict.fromkeys(row.place.route for row in rows if row.place.route)
    if len(routes) < 2:
        return
    said = f"{len(routes)} routes in one file: {', '.join(list(routes)[:6])}"
    if _stops_collide(rows):
        said += "; their stops bear the same numbers, so the route stands before them"
        for row in rows:
            if row.stop and row.place.route:
                row.stop = f"{row.place.route} {row.stop}"
    findings.append(Finding("noted", "several_routes", (), said))


def _stops_collide(rows: list[Row]) -> bool:
    """Whether equal stop numbers of two routes are mostly different places.

    Else what is called a route is something each parcel has, like a sort code.
    """
    stops: dict[str, dict[str, set[object]]] = defaultdict(dict)
    for row in rows:
        if row.stop and row.place.route:
            where = (place(row.place.address), row.place.position)
            stops[row.stop].setdefault(row.place.route, set()).add(where)
    shared = [list(found.values()) for found in stops.values() if len(found) > 1]
    alike = sum(bool(set.intersection(*found) - {("", None)}) for found in shared)
    return 2 * alike < len(shared)


def _in_order(
    stops: dict[str, list[Row]], findings: list[Finding]
) -> dict[str, list[Row]]:
    """Stops by their numbers, if they all have one; else as they come in the file."""
    ranks: dict[str, float] = {}
    above = 0.0
    for stop, rows in stops.items():
        if stop.isdecimal() and len(stop) < 16:
            above = float(stop)
        elif not stop.endswith(f" {rows[0].at}"):
            return stops  # an id that is no number: only the file knows the order
        ranks[stop] = above
    if list(ranks.values()) == sorted(ranks.values()):
        return stops
    said = "stops put in the order of their numbers"
    findings.append(Finding("noted", "reordered", (), said))
    return {stop: stops[stop] for stop in sorted(stops, key=ranks.__getitem__)}
