"""A model is found by name, checked against its hash, and refused in clear words."""

import hashlib
import json
from pathlib import Path

import pytest

from vapr.errors import ModelError
from vapr.weights import DEFAULT_DETECTOR, find_model, list_models, read_model


def put(folder: Path, name: str, data: bytes, **facts: object) -> Path:
    path = folder / f"{name}.onnx"
    path.write_bytes(data)
    known = {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "licence": "X"}
    path.with_suffix(".json").write_text(json.dumps(known | facts), "utf-8")
    return path


def test_a_model_is_found_by_name_with_its_facts(tmp_path: Path) -> None:
    put(tmp_path, "small", b"net", long_side=960, thresholds={"label": 0.4})
    model = find_model("small", tmp_path)
    assert (model.name, model.licence, model.long_side) == ("small", "X", 960)
    assert dict(model.thresholds) == {"label": 0.4}
    assert read_model(model) == b"net"
    assert [m.name for m in list_models(tmp_path)] == ["small"]


def test_a_bare_file_is_a_model_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.onnx"
    path.write_bytes(b"net")
    model = find_model(path)
    assert (model.name, model.sha256) == ("mine", "")
    assert read_model(model) == b"net"


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    put(tmp_path, "small", b"net")
    with pytest.raises(ModelError, match=r"'large'; there are: small"):
        find_model("large", tmp_path)
    with pytest.raises(ModelError, match="no model file"):
        find_model(tmp_path / "gone.onnx")


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "small", b"net")
    path.write_bytes(b"net, cut or swapped")
    with pytest.raises(ModelError, match="damaged"):
        read_model(find_model("small", tmp_path))
    path.write_bytes(b"")
    with pytest.raises(ModelError, match="empty"):
        read_model(find_model("small", tmp_path))


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "a"}', '{"name": 1}'])
def test_facts_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    put(tmp_path, "small", b"net").with_suffix(".json").write_text(text, "utf-8")
    with pytest.raises(ModelError, match=r"small\.json"):
        find_model("small", tmp_path)


def test_the_models_we_ship_are_whole_and_say_their_licence() -> None:
    names = {model.name for model in list_models()}
    assert DEFAULT_DETECTOR in names
    for model in list_models():
        assert read_model(model)
        assert model.licence != "unknown"
        assert model.path.with_suffix(".md").exists(), "each model has a card"
