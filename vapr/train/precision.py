"""Half the time of a training step, where the CPU multiplies matrices in bfloat16.

Only CPUs with AMX gain: on one core of such a one a step of the detector takes 0.20 s
a picture in place of 0.36 (8 x 3 x 576 x 576, forward and backward). Without it
bfloat16 is emulated and slower than float32. Weights, their average, batch norms'
statistics and the loss stay float32, so a checkpoint does not know how it was trained.
"""

from typing import Any

import torch
from torch import Tensor, nn


def has_fast_bfloat16() -> bool:
    """Whether this CPU has AMX for bfloat16; False where torch cannot tell."""
    capabilities: Any = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("amx_bf16", False))


def lay_out(model: nn.Module, *, fast: bool) -> nn.Module:
    """The model with its weights as the fast kernels want them: channels last."""
    layout = torch.channels_last if fast else torch.contiguous_format
    return model.to(memory_format=layout)


def forward(model: nn.Module, images: Tensor, *, fast: bool) -> dict[str, Any]:
    """The model's raw output in float32; computed in bfloat16 if `fast`."""
    if not fast:
        return dict(model(images))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = model(images.to(memory_format=torch.channels_last))
    return {k: _to_float(v) for k, v in out.items()}


def _to_float(value: object) -> object:
    """Tensors, or lists of them, in float32."""
    if isinstance(value, Tensor):
        return value.float()
    return [_to_float(v) for v in value] if isinstance(value, list) else value
