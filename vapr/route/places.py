"""What the cells of a row say of its stop: who, where, when and how many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from vapr.route.addresses import join_address, postal_code_of
from vapr.route.report import Kind
from vapr.route.times import time_window

Note: TypeAlias = tuple[Kind, str, str]
"""Kind, code and reason of a finding; the row is added by who reads it."""

_DEPOTS = frozenset(
    {"depot", "warehouse", "lager", "startdepot", "enddepot", "depotstart", "depotend"}
    | {"almacén", "entrepôt", "magazijn", "magazyn", "倉庫", "仓库", "デポ", "営業所"}
)
_NO_STOPS = _DEPOTS | {"start", "end", "break", "pause", "hub", "base"}
_PICKUPS = frozenset(
    {"p", "pickup", "collection", "collect", "t", "task", "abholung", "recogida"}
)
_YES = frozenset({"true", "yes", "y", "1", "ja", "oui", "sí", "x"})
_PARTS = ("address2", "city", "state", "postal_code", "country")
_MOST_PARCELS = 500
_OWN_CELLS = ("stop", "tracking", "alias", "sort_code")


@dataclass(frozen=True, slots=True)
class Place:
    """What rows of one stop have in common. `depot`: not a stop for parcels at all."""

    recipient: str = ""
    address: str = ""
    postal_code: str = ""
    position: tuple[float, float] | None = None
    window: tuple[str, str] | None = None
    count: int | None = None
    route: str = ""
    pickup: bool = False
    depot: bool = False
    notes: tuple[Note, ...] = ()


class PlaceReader:
    """Reads the places of rows; rows of one stop, one after another, share theirs."""

    def __init__(
        self,
        columns: Mapping[str, Sequence[int]],
        weak_count: bool,
        sample: Iterable[Sequence[str]],
    ) -> None:
        self._weak_count = weak_count
        pairs = (
            (name, index)
            for name, indices in columns.items()
            if name not in _OWN_CELLS
            for index in indices
        )
        self._pairs = tuple(sorted(pairs, key=lambda pair: pair[1]))
        indices = [index for _, index in self._pairs]
        self._pick = itemgetter(*indices, *indices[:1]) if indices else tuple
        self._last: object = None
        self._place = Place()
        self._pickups = self._short_zips = False
        self._look_ahead([self._values(cells) for cells in sample])

    def read(self, cells: Sequence[str]) -> Place:
        """The place of a row; `cells` reach as far as the columns do."""
        key = self._pick(cells)
        if key != self._last:
            self._last, self._place = key, self._new(self._values(cells))
        return self._place

    def _values(self, cells: Sequence[str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for name, index in self._pairs:
            cell = cells[index].strip()
            held = values.get(name)
            values[name] = f"{held}, {cell}" if held and cell else held or cell
        return values

    def _look_ahead(self, sample: list[dict[str, str]]) -> None:
        """Marks that mean another thing where most rows have them."""
        pickups = sum(_is_pickup(values) for values in sample)
        self._pickups = 0 < 2 * pickups <= len(sample)
        lengths = [len(values.get("postal_code", "")) for values in sample]
        self._short_zips = lengths.count(5) > lengths.count(4) > 0

    def _new(self, values: Mapping[str, str]) -> Place:
        notes: list[Note] = []
        address = _address(values)
        start, end = values.get("window_start", ""), values.get("window_end", "")
        postal_code = self._postal_code(values.get("postal_code", ""), notes)
        return Place(
            recipient=_recipient(values),
            address=address,
            postal_code=postal_code or postal_code_of(address),
            position=_position(values, notes),
            window=time_window(start, end, values.get("window", "")),
            count=self._count(values.get("count", ""), notes),
            route=values.get("route", ""),
            pickup=self._pickups and _is_pickup(values),
            depot=_is_depot(values),
            notes=tuple(notes),
        )

    def _postal_code(self, text: str, notes: list[Note]) -> str:
        code = text.removesuffix(".0").strip("'\"=")
        if self._short_zips and len(code) == 4 and code.isdecimal():
            notes.append(("repaired", "zip_zero", f"ZIP {code} taken as 0{code}"))
            return "0" + code
        return code

    def _count(self, text: str, notes: list[Note]) -> int | None:
        text = text.removesuffix(".0")
        if not text.isdecimal() or self._weak_count:
            return None
        if len(text) > 6 or int(text) > _MOST_PARCELS:
            said = f"{text[:12]} parcels? The count is ignored"
            notes.append(("noted", "count", said))
            return None
        return int(text)


def _recipient(values: Mapping[str, str]) -> str:
    name = values.get("recipient", "")
    if name:
        return name
    names = (values.get("first_name", ""), values.get("last_name", ""))
    return " ".join(filter(None, names))


def _address(values: Mapping[str, str]) -> str:
    house, street = values.get("house", ""), values.get("street", "")
    if house and house not in street.split():
        # In the order of the columns: "12 Juniper Row", but "Ringweg 5".
        fields = list(values)
        first = fields.index("house") < fields.index("street") if street else True
        street = f"{house} {street}".strip() if first else f"{street} {house}"
    parts = (values.get("address") or street, *(values.get(n, "") for n in _PARTS))
    return join_address(parts)


def _position(
    values: Mapping[str, str], notes: list[Note]
) -> tuple[float, float] | None:
    lat, lon = values.get("lat", ""), values.get("lon", "")
    if not (lat and lon):
        both = values.get("coordinates", "").strip("()[] ")
        lat, _, lon = both.partition("," if "," in both else " ")
    if not (lat and lon):
        return None
    try:
        position = _degrees(lat), _degrees(lon)
    except ValueError:
        position = (999.0, 999.0)
    if position == (0.0, 0.0):
        return None
    if abs(position[0]) <= 90 and abs(position[1]) <= 180:
        return position
    notes.append(("noted", "position", "latitude and longitude make no sense"))
    return None


def _degrees(text: str) -> float:
    return float(text.strip().rstrip("°").replace(",", "."))


def _is_pickup(values: Mapping[str, str]) -> bool:
    kind = values.get("kind", "").lower().replace("-", "")
    return kind in _PICKUPS or values.get("pickup", "").lower() in _YES


def _is_depot(values: Mapping[str, str]) -> bool:
    if values.get("depot", "").lower() in _YES:
        return True
    name = values.get("recipient", "").lower().replace(" ", "")
    kind = values.get("kind", "").lower().replace(" ", "")
    return name in _DEPOTS or kind in _NO_STOPS
