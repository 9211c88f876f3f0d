"""Training in bfloat16 sees the same as training in float32."""

import pytest

torch = pytest.importorskip("torch")

from vapr.train.precision import forward, lay_out  # noqa: E402


def test_half_precision_changes_nothing_but_the_last_digits() -> None:
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(3, 8, 3), torch.nn.SiLU(), torch.nn.Conv2d(8, 4, 3)]

    class Network(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.body = torch.nn.Sequential(*layers)

        def forward(self, image: object) -> dict[str, object]:
            x = self.body(image)
            return {"boxes": x, "feats": [x, x]}

    network = lay_out(Network(), fast=True)
    image = torch.rand(2, 3, 32, 32)
    exact = forward(network, image, fast=False)["boxes"]
    quick = forward(network, image, fast=True)
    assert {t.dtype for t in (quick["boxes"], *quick["feats"])} == {torch.float32}
    assert (quick["boxes"] - exact).abs().max() < 0.02 * exact.abs().max()
    quick["boxes"].sum().backward()
    assert all(p.grad.dtype == torch.float32 for p in network.parameters())
