"""The loss: task-aligned boxes and classes, and four corners without a first one.

Corner order is the trouble with quads: from the label's own top left it asks the
network to read a label of 16 px, from the picture's top left it jumps at 45 degrees,
and averaging over a jump gives corners that lie inside the label. So the four corners
are compared in all four cyclic orders and the best counts; which of them is the
label's own top left is a class of its own (the third value of each corner).

The assignment of anchors is TAL (Feng et al., TOOD, ICCV 2021) as ultralytics has it.
"""

import torch
from torch import Tensor
from torch.nn import functional
from ultralytics.nn.tasks import PoseModel
from ultralytics.utils.loss import v8DetectionLoss
from ultralytics.utils.tal import make_anchors

Batch = dict[str, Tensor]

BOX_GAIN = 7.5  # ultralytics' default
CLASS_GAIN = 0.7  # 0.5 is the default for 80 classes
CORNER_GAIN = (
    20.0  # corners are what reading needs, and their branch starts from nothing
)
TURN_GAIN = 0.15  # a free extra; must not cost corners


class QuadLoss(v8DetectionLoss):  # type: ignore[misc]
    """Box, class, corner and turn losses for a pose head with four corners of three."""

    def __init__(self, model: PoseModel) -> None:
        super().__init__(model, tal_topk=10)

    def __call__(self, preds: dict[str, Tensor], batch: Batch) -> tuple[Tensor, Tensor]:
        """The loss to descend, and its four parts: box, class, corners, turn."""
        preds = self.parse_output(preds)
        boxes, scores, kpts = (
            preds[k].permute(0, 2, 1).contiguous() for k in ("boxes", "scores", "kpts")
        )
        anchors, strides = make_anchors(preds["feats"], self.stride, 0.5)
        found = self.bbox_decode(anchors, boxes)
        targets = self._assign(scores, found, anchors, strides, batch)
        _, weight, total, mask, index = targets
        parts = [
            BOX_GAIN * self._boxes(boxes, found, anchors, strides, targets),
            CLASS_GAIN * self._classes(scores, weight, total, anchors * strides, batch),
            *self._corners(kpts, anchors, strides, (mask, index, weight, total), batch),
        ]
        loss = torch.stack(parts)
        return loss.sum() * len(scores), loss.detach()

    def _assign(
        self,
        scores: Tensor,
        found: Tensor,
        anchors: Tensor,
        strides: Tensor,
        batch: Batch,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        present = (batch["boxes"].sum(2, keepdim=True) > 0).float()
        _, box, weight, mask, index = self.assigner(
            scores.detach().sigmoid(),
            found.detach() * strides,
            anchors * strides,
            batch["kinds"][..., None],
            batch["boxes"],
            present,
        )
        return box, weight, weight.sum().clamp(min=1), mask.bool(), index.long()

    def _boxes(
        self,
        boxes: Tensor,
        found: Tensor,
        anchors: Tensor,
        strides: Tensor,
        targets: tuple[Tensor, Tensor, Tensor, Tensor, Tensor],
    ) -> Tensor:
        box, weight, total, mask, _ = targets
        size = (anchors * strides).amax(0).flip(0)
        iou, apart = self.bbox_loss(
            boxes, found, anchors, box / strides, weight, total, mask, size, strides
        )
        return iou + 0.2 * apart  # ultralytics' 1.5 beside its 7.5

    def _classes(
        self,
        scores: Tensor,
        weight: Tensor,
        total: Tensor,
        points: Tensor,
        batch: Batch,
    ) -> Tensor:
        """Binary cross-entropy, off where nobody knows whether there is something."""
        loss = self.bce(scores, weight)
        return (loss * known(points, weight, batch)).sum() / total

    def _corners(
        self,
        kpts: Tensor,
        anchors: Tensor,
        strides: Tensor,
        targets: tuple[Tensor, Tensor, Tensor, Tensor],
        batch: Batch,
    ) -> tuple[Tensor, Tensor]:
        mask, index, weight, total = targets
        rows = mask.nonzero()[:, 0]
        has = batch["has_quad"][rows, index[mask]]
        if not bool(has.any()):
            nothing = kpts[..., :0].sum()
            return nothing, nothing
        values = kpts.view(*kpts.shape[:2], 4, 3)[mask][has]
        where = anchors.expand(len(kpts), -1, -1)[mask][has][:, None]
        stride = strides.expand(len(kpts), -1, -1)[mask][has][:, None]
        corners = (values[..., :2] + where) * stride
        wanted = batch["quads"][rows, index[mask]][has]
        turned = batch["turned"][rows, index[mask]][has]
        share = weight[mask].sum(-1)[has]
        error, first = best_order(corners, wanted)
        turn = functional.cross_entropy(values[..., 2], first, reduction="none")
        return (
            CORNER_GAIN * (error * share).sum() / total,
            TURN_GAIN * (turn * share * turned).sum() / total,
        )


def best_order(corners: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Corner error (n,) in sides of the quad, and where wanted corner 0 came to lie.

    Both quads are (n, 4, 2), clockwise; the best of the four cyclic orders counts.
    """
    side = (wanted - wanted.roll(1, 1)).norm(dim=2).mean(1).clamp(min=4.0)
    orders = torch.stack([wanted.roll(k, 1) for k in range(4)], 1)
    apart = (corners[:, None] - orders).abs() / side[:, None, None, None]
    error = functional.smooth_l1_loss(
        apart, torch.zeros_like(apart), beta=0.02, reduction="none"
    )
    best = error.mean((2, 3)).min(1)
    return best.values, best.indices


def known(points: Tensor, weight: Tensor, batch: Batch) -> Tensor:
    """1 where a class may be judged, 0 in ignored boxes and unannotated classes.

    `points` are anchors in pixels (a, 2); `weight` the target scores (b, a, classes):
    what was assigned to a thing is always judged.
    """
    boxes = batch["ignored"]  # (b, m, 5): kind, x1 y1 x2 y2
    x, y = points[:, 0], points[:, 1]
    inside = (
        (x >= boxes[..., 1:2])
        & (y >= boxes[..., 2:3])
        & (x <= boxes[..., 3:4])
        & (y <= boxes[..., 4:5])
    )
    judged = batch["judged"][:, None, :].expand_as(weight).clone()
    for kind in range(weight.shape[-1]):
        hidden = (inside & (boxes[..., :1] == kind)).any(1)
        judged[..., kind] = judged[..., kind] * (~hidden).float()
    return torch.maximum(judged, (weight > 0).float())
