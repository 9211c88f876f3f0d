"""Exported networks as functions of their input, with onnxruntime or OpenVINO."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vapr.errors import MissingExtraError, ModelError

Floats = NDArray[np.float32]
Run = Callable[[Floats], Floats]
Runtime: TypeAlias = Literal["onnxruntime", "openvino"]


def open_network(
    data: bytes, name: str, threads: int = 0, runtime: Runtime = "onnxruntime"
) -> Run:
    """An ONNX network as a function of its input.

    Args:
        data: the .onnx file.
        name: what to call it in errors.
        threads: of the runtime; 0 lets it choose.
        runtime: "openvino" needs `vapr[openvino]`.

    Raises:
        ModelError: the bytes are no ONNX network.
        MissingExtraError: OpenVINO is not installed.
    """
    opened: Mapping[Runtime, Callable[[bytes, int], Run]] = {
        "onnxruntime": _with_onnxruntime,
        "openvino": _with_openvino,
    }
    try:
        return opened[runtime](data, threads)
    except MissingExtraError:
        raise
    except Exception as error:
        raise ModelError(f"{name} is not an ONNX model {runtime} can open") from error


def _with_onnxruntime(data: bytes, threads: int) -> Run:
    import onnxruntime  # here: 60 ms that `import vapr` need not pay

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Waiting threads would otherwise spin, and the readers share the cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    providers = ["CPUExecutionProvider"]
    session: Any = onnxruntime.InferenceSession(data, options, providers=providers)
    feed = session.get_inputs()[0].name

    def run(blob: Floats) -> Floats:
        return np.asarray(session.run(None, {feed: blob})[0], np.float32)

    return run


def _with_openvino(data: bytes, threads: int) -> Run:
    try:
        import openvino
    except ImportError as error:
        raise MissingExtraError("running a model with OpenVINO", "openvino") from error

    core = openvino.Core()
    settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32"}
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    compiled: Any = core.compile_model(core.read_model(data), "CPU", settings)

    def run(blob: Floats) -> Floats:
        return np.array(compiled(blob)[0], np.float32)

    return run
