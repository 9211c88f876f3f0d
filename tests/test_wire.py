"""The JSON other programs rely on."""

import json

import jsonschema
import numpy as np
import pytest
from pydantic import TypeAdapter

from vapr.errors import PictureError
from vapr.types import Checklist, Evidence, Label, Parcel, Scene, Timing
from vapr.wire import ErrorWire, SceneWire, json_schema, to_error_json, to_json

QUAD = ((430.0, 120.0), (560.0, 118.0), (562.0, 205.0), (431.0, 207.04))
PART = ((430.0, 120.0), (500.0, 119.0), (500.0, 205.0), (431.0, 207.0))


@pytest.fixture
def scene() -> Scene:
    cue = Evidence("barcode", "Code128", "TBA1", None, (("TBA1", 41.2),), -14.0)
    pick = Parcel(
        (412.0, 96.5, 688.0, 301.0),
        0.93,
        (Label(QUAD, 0.91, 0.41, code=PART),),
        (cue,),
        verdict="pick",
        key="TBA1",
        id="TBA1",
        stop="14",
        confidence=0.9994,
        id_confidence=0.9994,
    )
    unread = Parcel(None, candidates=(("A", 0.6), ("B", 0.3)), reason="ambiguous")
    checklist = Checklist("14", 3, ("TBA1",), ("1Z2", "1Z3"), (1,))
    timing = Timing(61.0, 88.4, 0.7, 151.9)
    return Scene((1920, 1080), (pick, unread), checklist, "14", "a.jpg", 0.0, timing)


def test_a_scene_is_as_the_contract_says(scene: Scene) -> None:
    got = to_json(scene)
    assert list(got) == [
        "schema",
        "source",
        "size",
        "time_s",
        "stop",
        "parcels",
        "checklist",
        "timing_ms",
    ]
    first = got["parcels"][0]
    assert first["id"] == "TBA1"
    assert first["box"] == [412.0, 96.5, 688.0, 301.0]
    assert first["label"]["px_per_module"] == 0.41
    assert first["label"]["quad"][3] == [431.0, 207.0]
    assert first["label"]["mark"][2] == [500.0, 205.0]
    assert first["evidence"] == [
        {
            "kind": "barcode",
            "symbology": "Code128",
            "text": "TBA1",
            "quad": None,
            "llr": 41.2,
        }
    ]
    assert got["parcels"][1]["box"] is None
    assert got["parcels"][1]["candidates"] == ["A", "B"]
    assert got["checklist"]["missing"] == ["1Z2", "1Z3"]


def test_lines_are_valid_against_the_shipped_schema(scene: Scene) -> None:
    schema = json.loads(json_schema())
    jsonschema.validate(json.loads(json.dumps(to_json(scene))), schema)
    line = to_error_json("x.jpg", PictureError("x.jpg is empty", "empty_file"))
    jsonschema.validate(line, schema)
    assert line["error"] == {"code": "empty_file", "message": "x.jpg is empty"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**line, "error": None}, schema)


def test_the_shipped_schema_is_that_of_the_code() -> None:
    made = TypeAdapter(SceneWire | ErrorWire).json_schema(by_alias=True)
    shipped = json.loads(json_schema())
    assert {key: shipped[key] for key in made} == made


def test_a_scene_gives_its_boxes_as_an_array(scene: Scene) -> None:
    assert scene.xyxy.shape == (2, 4)
    assert scene.xyxy.dtype == np.float32
    assert np.isnan(scene.xyxy[1]).all()
    assert [p.verdict for p in scene] == ["pick", "unknown"]
