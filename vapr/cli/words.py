"""Scenes in words, for the terminal."""

from rich.text import Text

from vapr.match.reasons import explain
from vapr.types import Parcel, Scene

MARKS = {"pick": ("O", "bold green"), "leave": ("X", "red"), "unknown": ("?", "dim")}


def checklist_text(scene: Scene) -> Text:
    """The checklist of one picture: what to take, what is missing, what to look at."""
    checklist = scene.checklist
    text = Text()
    text.append(scene.source, "bold")
    text.append(f"  stop {scene.stop}: ")
    done = len(checklist.found) == checklist.expected - len(checklist.taken)
    text.append(
        f"{len(checklist.found)} of {checklist.expected} found",
        "bold green" if done and checklist.expected else "bold",
    )
    counts = {v: sum(p.verdict == v for p in scene) for v in MARKS}
    text.append(
        f"  ({counts['leave']} to leave, {counts['unknown']} unknown, "
        f"{scene.timing_ms.total / 1000:.1f} s)\n",
        "dim",
    )
    for index, parcel in enumerate(scene.parcels):
        if parcel.verdict == "pick":
            _line(text, "O take", _name(parcel) + _at(parcel), "bold green")
        elif index in checklist.check:
            _line(text, "? check", _guess(parcel) + _at(parcel), "yellow")
    for name in checklist.missing:
        _line(text, "- missing", name, "")
    for name in checklist.foreign:
        _line(text, "X foreign", f"{name} is not on this route", "red")
    text.rstrip()
    return text


def explanation_text(scene: Scene) -> Text:
    """Per parcel, the verdict and which cues said what."""
    text = Text()
    for index, parcel in enumerate(scene.parcels):
        mark, style = MARKS[parcel.verdict]
        head, *cues = explain(parcel, scene.size[0])
        text.append(f"  {mark} #{index}{_at(parcel)}  {head}\n", style)
        for cue in cues:
            text.append(f"    {cue}\n", "dim")
    text.rstrip()
    return text


def _line(text: Text, mark: str, what: str, style: str) -> None:
    text.append(f"  {mark:<10}", style)
    text.append(f"{what}\n")


def _name(parcel: Parcel) -> str:
    if parcel.id is not None:
        return parcel.id
    return "one of " + ", ".join(name for name, _ in parcel.candidates)


def _guess(parcel: Parcel) -> str:
    names = ", ".join(name for name, _ in parcel.candidates[:2])
    return f"could be {names}" if names else "label not read"


def _at(parcel: Parcel) -> str:
    if parcel.box is None:
        return f" ({parcel.where})" if parcel.where else ""
    x1, y1, x2, y2 = parcel.box
    return f" at {(x1 + x2) / 2:.0f},{(y1 + y2) / 2:.0f}"
