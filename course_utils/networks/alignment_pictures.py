"""What the Alignment explorer shows, as plain arrays: networks while they learn, and a map shifted by hand.

film = new_film()
results = compare(seeds=range(3), film=film)            # filmed while the first seed learns
film.predictions["flow"][-1][0]                         # (H, W): the last picture of the first scene
film.flows["flow"][4]["coarse"][-1][0]                  # (h, w, 2): the arrows onto stride 4, in image pixels
shares_read_off(results[2].model, training_scenes(), unseen_scenes().images)["coarse"]
shift_by_hand(results[2].model, film.images[0], (4, 0))["labels"]
"""

import numpy as np
import torch

from course_utils.networks.alignment import moved
from course_utils.networks.segmentation import LESSON, predicted_labels, unseen_scenes
from course_utils.scenes import class_shares
from course_utils.validation import real_number


class Film:
    """Pictures of networks while they learn, as plain arrays. See ``new_film``."""

    def __init__(self, data, steps):
        self.images = data.images.movedim(1, -1).numpy()  # (n, H, W, 3) float32, 0 to 1
        self.labels = data.labels.numpy().astype(np.uint8)  # (n, H, W)
        self.steps = tuple(steps)  # of training, at which pictures were taken
        self.predictions = {}  # contender -> (step, n, H, W) uint8
        self.flows = {}  # contender -> {stride: {"coarse" or "fine": (step, n, h, w, 2) float32, in image pixels}}
        self.shares = {}  # nobody reads them while networks learn, see films.Film
        self._images = data.images

    def __repr__(self):
        return f"Film(scenes={len(self.images)}, steps={self.steps}, sum={self.images.sum(dtype=float):.6g})"

    def watching(self, name):
        """The ``watch`` of ``segmentation.train`` for one contender."""
        self.predictions[name], self.flows[name] = [], []

        def watch(step, model):
            if step not in self.steps:
                return
            self.predictions[name].append(predicted_labels(model, self._images))
            self.flows[name].append(_flows(model, self._images))
            if step == self.steps[-1]:
                self._develop(name)

        return watch

    def _develop(self, name):
        self.predictions[name] = np.stack(self.predictions[name])
        taken = self.flows[name]
        self.flows[name] = {
            stride: {which: np.stack([each[stride][which] for each in taken]) for which in flows}
            for stride, flows in taken[0].items()
        }


def new_film(budget=LESSON, scenes=2, steps=None):
    """A film for ``compare``: the first test scenes, at seven moments from before the first step to the last."""
    data = unseen_scenes(budget._replace(test=scenes))
    if steps is None:
        steps = sorted({round(budget.steps * part) for part in (0, 0.04, 0.1, 0.2, 0.4, 0.7, 1)})
    return Film(data, steps)


def _flows(model, images):
    flows = _at_rest(model, model.flows, images.to(next(model.parameters()).device))
    return {
        stride: {which: each.movedim(1, -1).cpu().numpy() for which, each in of_stride.items()}
        for stride, of_stride in flows.items()
    }


def shares_read_off(model, known, images):
    """The class shares that can be read off the two maps of the last fusion: {"fine": (n, classes, h, w), "coarse"}.

    One linear formula for each map, from the channels of a place to the shares of the pixels that it stands for,
    fitted to ``known`` scenes (a ``Data``) by least squares; what it gives is clipped at 0 and scaled to a sum of 1.
    """
    first, then = (_at_rest(model, model.steps, each)[-1] for each in (known.images, images))
    result = {}
    for which, stride in (("fine", first.stride), ("coarse", 2 * first.stride)):
        truth = np.stack([class_shares(each, stride) for each in known.labels.numpy()])
        channels = _with_constant(getattr(first, which))
        targets = np.moveaxis(truth, 1, -1).reshape(-1, truth.shape[1])
        weights = np.linalg.lstsq(channels.reshape(len(targets), -1), targets, rcond=None)[0]
        # the shares sum to 1, and so does their fit: something is left after clipping
        read = np.moveaxis(_with_constant(getattr(then, which)) @ weights, -1, 1).clip(0)
        result[which] = read / read.sum(axis=1, keepdims=True)
    return result


def _with_constant(features):
    """(N, C, h, w) -> (N, h, w, C + 1) in numpy, the last one 1."""
    last = features.movedim(1, -1).double().numpy()
    return np.concatenate([last, np.ones_like(last[..., :1])], axis=-1)


def shift_by_hand(model, image, shift_xy, stride=4):
    """Move the coarse map by (x, y) image pixels before it is fused onto ``stride``, and see what becomes of it.

    image is (H, W, 3); right and down are positive. A dictionary of arrays:

    labels        (H, W) uint8, the prediction
    flow          (h, w, 2) the coarse map's flow, in image pixels, zero where nothing is learned
    fine, coarse  (C, h, w) the two maps that are added, the coarse one enlarged, and aligned if the model aligns
    fused         (C, h, w) their sum

    A flow that answers the shift is larger by it: what was moved right must be read further right.
    """
    shift_xy = [real_number(each, "shift_xy") for each in shift_xy]
    images = torch.as_tensor(np.asarray(image), dtype=torch.float32).movedim(-1, 0)[None]
    if stride not in [step.stride for step in _at_rest(model, model.steps, images)]:
        raise ValueError(f"stride must be one at which the model fuses; got {stride}.")

    def move(onto, coarse):
        if onto != stride:
            return coarse
        return moved(coarse, 2 * stride, torch.tensor([shift_xy]))  # a coarse pixel is 2 fine ones

    step = next(each for each in _at_rest(model, model.steps, images, move) if each.stride == stride)
    fine, coarse = _at_rest(model, step.fusion.aligned, step.fine, step.coarse)
    flows = _at_rest(model, step.fusion.flows, step.fine, step.coarse)
    unit = stride * step.fusion.fine_pixels.get("coarse", 1)
    flow = unit * flows["coarse"] if flows else torch.zeros(1, 2, *fine.shape[-2:])
    return {
        "labels": _at_rest(model, model, images, move).argmax(1)[0].to(torch.uint8).numpy(),
        "flow": flow[0].movedim(0, -1).numpy(),
        "fine": fine[0].numpy(), "coarse": coarse[0].numpy(), "fused": step.fused[0].numpy(),
    }  # fmt: skip


def _at_rest(model, function, *arguments):
    """The function's result with batch norm at rest and no gradients."""
    was_training = model.training
    try:
        model.eval()
        with torch.no_grad():
            return function(*arguments)
    finally:
        model.train(was_training)
