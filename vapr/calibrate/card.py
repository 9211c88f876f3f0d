"""The card of a scale: what it was made from, what it does, and a picture of that."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from vapr.calibrate.scale import ACCEPT, Figures, Recall, count_figures
from vapr.calibrate.tail import absent_tail, add_tail
from vapr.calibrate.trials import Trial
from vapr.errors import MissingExtraError
from vapr.evaluate.summary import Share
from vapr.read.calibration import READERS, Clues, TemplateScale, write_scale

_INTRO = """# readers.json: what a raw template ratio means

The template reader says how much better a bar strip agrees with an item of the route
than with any code that is not on it. `readers.json` turns that raw ratio into one that
bounds false accepts: a strip that is not on the route exceeds a ratio x in about
exp(-x) of all cases, the best of 300 items counted. `vapr calibrate` makes this file,
its figures and its picture anew.

- **Made from** strips of a physical camera model (`vapr.calibrate`): pixels that
  integrate over their area, blur 0.4 to 1.0 px, 30 to 40 dB, yaw and pitch to 45°, any
  turn, sharpening, JPEG 75 to 95, dim light, gradients, glare in one of ten; corners
  off by up to 2 px, in one of ten by up to 6; 0.14 to 0.7 px per module. No photograph
  and no made van was used.
- **Held against** routes of 300 items, half of them at random, half consecutive serials
  with gaps. Strips that are not on the route: other numbers of the scheme, the same
  head with other last digits (the same shipper), one or two symbols changed
  (neighbours), serials up to twelve away; check digits are right in all of them.
- **The score** adds to the raw ratio what the lead on the second item and the size of
  modules tell, so weighted that most strips on the route are accepted.
- **With size more is owed**: beyond 0.6 px per module the raw ratio counts for 20 nats
  less for each time that modules are e times larger, and a strip of which more than 0.7
  is burnt out says nothing. In glare, a piece of a made van came to a ratio of 22 at
  1.2 px; bars that are there say 37 and more at 0.7 px.
- **Beyond what was seen** the share of false accepts is taken to fall exponentially, at
  the rate of the eighty largest; 1.2 nats are kept back.
- **Not covered**: strong curvature, motion blur, bars partly covered. They lower the
  ratio; they do not raise it.
"""


def write_card(folder: Path, trials: Sequence[Trial], scale: TemplateScale) -> Figures:
    """Write `readers.json`, `readers.md` and `readers.png` into a folder.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    figures = count_figures(trials, scale)
    folder.mkdir(parents=True, exist_ok=True)
    write_scale(folder / READERS, scale)
    add_tail(folder / READERS, absent_tail(trials, scale))
    text = f"{_INTRO}\n{describe(figures, scale)}"
    (folder / READERS).with_suffix(".md").write_text(text, encoding="utf-8")
    draw_card((folder / READERS).with_suffix(".png"), trials, scale, figures)
    return figures


def describe(figures: Figures, scale: TemplateScale) -> str:
    """The figures as Markdown."""
    absent = sum(share.total for _, share in figures.false)
    false = ", ".join(f"{share_of(share)} {kind}" for kind, share in figures.false)
    rows = [
        f"| {r.low:.2f}-{r.high:.2f} | {share_of(r.first)} | {share_of(r.loose)} "
        f"| {_counts(r.false_loose)} | {share_of(r.accepted)} |"
        for r in figures.recall
    ]
    return "\n".join(
        [
            f"## Figures (seed {scale.seed}, one look, accepted from a ratio of "
            f"{ACCEPT:g})",
            "",
            f"Score: raw ratio + {scale.lead:.2f} times the lead on the second item, "
            f"nats, {scale.px:+.2f} times ln(px per module / 0.25).",
            "",
            f"Strips that are not on the route: {absent}. Accepted: {false}. The "
            f"largest score was {figures.largest:.1f}, the least accepted is "
            f"{least_accepted(scale):.1f}. Each half judged by a scale fitted on the "
            f"other: {share_of(figures.held_out)} accepted. Strips that are on the "
            f"route, taken for another item: {share_of(figures.misnamed)}.",
            "",
            f"At a score of {figures.loose:.1f}, which 1 in 1,000 of the strips not on "
            "the route exceeds (read off them, not fitted), more would be named:",
            "",
            "| px per module | right item first | right at 1 in 1,000 | "
            "not on the route, beyond it | accepted |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            "![False accepts and recall](readers.png)",
            "",
        ]
    )


def share_of(share: Share) -> str:
    """A share with its counts and 95 % interval: `98.0 % (96.1-99.0; 392 of 400)`."""
    if share.value is None:
        return "-"
    low, high = (100 * end for end in share.interval)
    places = 1 if high >= 1 else 3
    value, ends = (
        f"{100 * share.value:.{places}f}",
        f"{low:.{places}f}-{high:.{places}f}",
    )
    return f"{value} % ({ends}; {share.hits} of {share.total})"


def _counts(share: Share) -> str:
    return f"{share.hits} of {share.total}"


def least_accepted(scale: TemplateScale) -> float:
    """The score from which a scale accepts."""
    tried = np.arange(0, 40, 0.01).tolist()
    plain = replace(scale, lead=0.0, px=0.0)
    told = (score for score in tried if plain.llr(Clues(score)) > ACCEPT)
    return float(next(told, np.inf))


def draw_card(
    file: Path, trials: Sequence[Trial], scale: TemplateScale, figures: Figures
) -> None:
    """Claimed and seen false accepts, and recall by px per module, as a picture.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("drawing curves", "bench") from error
    page = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = page.subplots(1, 2)
    told = [scale.llr(trial.clues) for trial in trials if not trial.present]
    told = sorted(told, reverse=True)
    seen = (np.arange(len(told)) + 1) / len(told)
    ratios = np.linspace(0, 12, 49)
    left.semilogy(ratios, np.exp(-ratios), "--", color="0.5", label="claimed: exp(-x)")
    left.step(told, seen, color="tab:orange", label=f"seen, {len(told)} strips")
    left.axvline(ACCEPT, color="0.8")
    left.set(xlim=(0, 12), ylim=(1e-6, 1), xlabel="ratio x on the scale")
    left.set(ylabel="share above x", title="Strips that are not on the route")
    left.legend(frameon=False)
    middle = [(r.low * r.high) ** 0.5 for r in figures.recall]
    for name, colour in (("first", "0.5"), ("accepted", "tab:green")):
        shares = [_share(r, name) for r in figures.recall]
        value = np.array([share.value or 0.0 for share in shares])
        ends = np.array([share.interval for share in shares]).T
        off = np.maximum([value - ends[0], ends[1] - value], 0)
        right.errorbar(middle, value, off, color=colour, marker="o", label=name)
    right.set(ylim=(0, 1.02), xlabel="px per module", ylabel="share")
    right.set(title="Strips that are on the route, one look")
    right.legend(frameon=False)
    page.savefig(file, dpi=110)


def _share(recall: Recall, name: str) -> Share:
    return recall.first if name == "first" else recall.accepted
