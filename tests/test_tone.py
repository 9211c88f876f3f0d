"""What a camera does to light after the lens: tone curves, and whites burnt out."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from vapr.calibrate.camera import Shot, photograph
from vapr.read.codebook import Codebook
from vapr.read.optics import Blur, blur_patterns
from vapr.read.profile import Samples
from vapr.read.refine import Geometry
from vapr.read.symbols import encode
from vapr.read.template import StripMatch, identify_strip, template_evidence
from vapr.read.tone import Tone, burnt_share, find_tone, toned, unburnt
from vapr.route.payloads import LabelCode
from vapr.types import Image, Quad

BARS = encode("200181234794", "Code128")[0]
CELLS = np.frombuffer(BARS.cells, np.uint8).astype(np.float32)
PX = 0.4
SHAPE = Geometry(0.0, PX * len(CELLS), 0.0, (0.0, 0.0))
BLUR = Blur(0.8)


def light_of(white: float, black: float, noise: float = 0.002) -> Samples:
    """A strip in linear light, as a lens and pixels leave it."""
    rng = np.random.default_rng(0)
    length = SHAPE.end
    s, t = rng.uniform(-3, length + 3, 3000), rng.uniform(0, 16, 3000)
    seen = blur_patterns(CELLS[None, :], np.array([PX]), [BLUR], 20)
    y = white - (white - black) * seen.at(s[None, :] / PX)[0]
    y += noise * rng.normal(size=len(y))
    return Samples(s, t, y, length, 16.0, (0.0, 0.0))


def clipped(samples: Samples) -> Samples:
    return replace(samples, y=np.minimum(samples.y, 1.0))


def misfit(a: Samples, b: Samples, at: NDArray[np.bool_]) -> float:
    return float(np.abs(a.y - b.y)[at].mean())


def bent(samples: Samples, strength: float) -> Samples:
    """As a camera that deepens contrast by an S-shaped curve leaves it."""
    value = samples.y ** (1 / 2.2)
    value += strength * (value * value * (3 - 2 * value) - value)
    return replace(samples, y=value**2.2)


@pytest.mark.parametrize("power", [1.0, 0.8, 0.65, 0.5])
def test_the_tone_curve_of_a_camera_is_found(power: float) -> None:
    camera = toned(light_of(0.8, 0.05), Tone(1 / power))
    found, blur = find_tone(camera, CELLS, SHAPE, 0.5)
    assert found.power == power
    assert found.shape <= 0.2
    assert is_near(blur)


@pytest.mark.parametrize("strength", [0.4, 0.8])
def test_contrast_deepened_by_a_camera_is_found(strength: float) -> None:
    camera = bent(light_of(0.8, 0.05), strength)
    found, blur = find_tone(camera, CELLS, SHAPE, 0.5)
    assert found == Tone(1.0, strength)
    assert is_near(blur)


def test_white_burnt_out_hides_no_tone_curve_and_passes_for_no_sharpening() -> None:
    burnt = clipped(toned(light_of(1.3, 0.05), Tone(1 / 0.8)))
    assert (burnt.y > 0.99).mean() > 0.1
    found, blur = find_tone(burnt, CELLS, SHAPE, 0.5)
    assert found.power == 0.8
    assert is_near(blur)


def is_near(blur: Blur) -> bool:
    return blur.sharpening == 0 and abs(blur.sigma / BLUR.sigma - 1) < 0.05


def test_burnt_whites_come_back_as_what_the_pattern_would_give() -> None:
    light = light_of(1.3, 0.05)
    burnt = clipped(light)
    over = burnt.y >= 1.0
    mended = unburnt(burnt, CELLS, SHAPE, BLUR)
    assert misfit(mended, light, over) < 0.3 * misfit(burnt, light, over)
    assert np.array_equal(mended.y[burnt.y < 0.95], burnt.y[burnt.y < 0.95])
    assert mended.y.max() <= 1.6


def test_another_code_gets_no_light_that_the_picture_does_not_allow() -> None:
    """What is burnt was at least as bright; what is not is believed as it is."""
    other = encode("200981234794", "Code128")[0]
    burnt = clipped(light_of(1.3, 0.05))
    cells = np.frombuffer(other.cells, np.uint8).astype(np.float32)
    mended = unburnt(burnt, cells, SHAPE, BLUR)
    assert (mended.y >= burnt.y).all()


def test_a_picture_with_a_speck_of_glare_stays_as_it_is() -> None:
    samples = light_of(0.7, 0.05)
    y = samples.y.copy()
    y[: len(y) // 50] = 1.0
    speck = replace(samples, y=y)
    assert unburnt(speck, CELLS, SHAPE, BLUR) is speck


def test_how_much_of_a_strip_is_burnt_is_told_of_its_inside_alone() -> None:
    samples = light_of(0.7, 0.05)
    inside = (samples.s > 0) & (samples.s < samples.length)
    inside &= (samples.t > 0) & (samples.t < samples.height)
    y = np.where(inside & (samples.s < 0.75 * samples.length), 1.0, 0.2)
    assert burnt_share(samples.lit(y)) == pytest.approx(0.75, abs=0.03)
    assert burnt_share(samples.lit(np.where(inside, 0.2, 1.0))) == 0


@cache
def book() -> Codebook:
    rng = np.random.default_rng(3)
    numbers = [BARS.text, *(f"{n:012}" for n in rng.integers(0, 10**12, 299))]
    return Codebook.build((n, [LabelCode(n, "Code128", 0.9)]) for n in numbers)


def a_picture(seed: int) -> tuple[Image, Quad]:
    rng = np.random.default_rng(seed)
    shot = Shot(0.25, yaw_deg=20, pitch_deg=-15, roll_deg=30, light=0.6, blur=0.5)
    return photograph(BARS, shot, rng)


def raw_of(match: StripMatch) -> float:
    assert match.llrs[0][0] == BARS.text
    return match.llrs[0][1]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_dark_tone_curve_costs_little_of_what_a_strip_says(seed: int) -> None:
    image, quad = a_picture(seed)
    curve = np.round(255 * (np.arange(256) / 255) ** 2).astype(np.uint8)
    dark = np.asarray(curve[image], np.uint8)
    plain = raw_of(identify_strip(image, quad, book()))
    assert raw_of(identify_strip(dark, quad, book())) > 0.75 * plain


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_label_burnt_out_to_white_names_nothing(seed: int) -> None:
    """Burnt pixels agree with any pattern; that is no evidence for one."""
    rng = np.random.default_rng([seed, 7])
    shot = Shot(1.2, yaw_deg=20, pitch_deg=-15, roll_deg=30 * seed, light=8, blur=0.8)
    image, quad = photograph(encode("987654321098", "Code128")[0], shot, rng)
    told = template_evidence([identify_strip(image, quad, book())], book())
    assert told is None or told.llr < 3
