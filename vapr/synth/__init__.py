"""Made pictures of loaded vans, with their truth.

A `Van` is the state (room, shelves, parcels); `render` shows it to any camera in any
light, so the same load can be seen before and after parcels were taken. Everything is
deterministic by its seeds. Read `van.py` for what lies where, `dress.py` and
`label.py` for what is on it, `raster.py`, `light.py` and `sensor.py` for how it is
seen, `truth.py` for what is written down.
"""

from vapr.synth.assets import Assets, load_assets
from vapr.synth.camera import Camera
from vapr.synth.label import LabelTexture, make_label
from vapr.synth.layouts import LAYOUTS, Layout, load_layouts
from vapr.synth.light import LIGHTINGS, Lighting, make_lighting
from vapr.synth.loading import make_van
from vapr.synth.manifest import Row, make_route, write_route
from vapr.synth.picture import render
from vapr.synth.pictures import each_picture, make_pictures
from vapr.synth.ride import each_moment, make_ride
from vapr.synth.sensor import Sensor, make_sensor
from vapr.synth.van import Van
from vapr.synth.view import CAMERAS, close_camera, make_camera, sweep_cameras

__all__ = [
    "CAMERAS",
    "LAYOUTS",
    "LIGHTINGS",
    "Assets",
    "Camera",
    "LabelTexture",
    "Layout",
    "Lighting",
    "Row",
    "Sensor",
    "Van",
    "close_camera",
    "each_moment",
    "each_picture",
    "load_assets",
    "load_layouts",
    "make_camera",
    "make_label",
    "make_lighting",
    "make_pictures",
    "make_ride",
    "make_route",
    "make_sensor",
    "make_van",
    "render",
    "sweep_cameras",
    "write_route",
]
