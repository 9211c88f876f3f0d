"""Find parcels, shipping labels with their corners, and driver-aid stickers."""

from vapr.detect.adopt import load_detector
from vapr.detect.onnx_detector import OnnxDetector

__all__ = ["OnnxDetector", "load_detector"]
