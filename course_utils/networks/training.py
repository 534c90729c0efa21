"""The training loop of the course: one batch, one loss, one step, and again.

    with seeded(0):
        model = nn.Conv2d(1, 1, 3, padding=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    history = fit(model, squared_error, shuffled((x, y), size=16, seed=0), optimizer, steps=200, progress="seed 0")

Press ■ and the loop ends after what it has learned so far; ``history.stopped`` says so.
"""

import contextlib
import time
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from course_utils.validation import shown, whole_number

DEVICES = ("cuda", "mps", "cpu")
"""In the order in which choose_device() prefers them."""


def present_devices():
    """Names of the devices that this torch can use here, the best first; "cpu" is always among them."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return tuple(name for name in DEVICES if present[name])


def choose_device(name=None):
    """A torch.device: "cpu", "cuda", "mps" (or one of several: "cuda:1"), or the best one present.

    Raises ValueError that lists the devices present when the one asked for is not.

    >>> choose_device("cpu")
    device(type='cpu')
    """
    present = present_devices()
    if name is None:
        return torch.device(present[0])
    wanted = f"name must be a device that is present, here one of {', '.join(map(repr, present))}"
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"{wanted}; got {shown(name)}.") from error
    beyond = device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count()
    if device.type not in present or beyond:
        raise ValueError(f"{wanted}; got {shown(name)}. choose_device() takes the best.")
    return device


@contextlib.contextmanager
def seeded(seed):
    """Inside the block torch draws the same numbers every time, whatever ran before; outside nothing changes.

    Also a decorator. On the CPU the same seed gives the same training; a GPU adds in an order of its own, and
    repeats itself to a few digits only.

    >>> with seeded(0):
    ...     first = torch.rand(2)
    >>> with seeded(0):
    ...     print(torch.equal(first, torch.rand(2)))
    True
    """
    whole_number(seed, "seed", 0, 2**63 - 1)
    on_mps = torch.backends.mps.is_available()
    kept = torch.mps.get_rng_state() if on_mps else None
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        try:
            yield
        finally:
            if on_mps:
                torch.mps.set_rng_state(kept)


def shuffled(tensors, size, seed):
    """Batches without end: tuples of ``size`` rows of each tensor, every row once before any comes again.

    The order follows from ``seed`` alone. What is left of a round, fewer than ``size`` rows, is dropped, so that
    all batches weigh the same.

    >>> batches = shuffled((torch.arange(4), 10 * torch.arange(4)), size=2, seed=0)
    >>> a, b = next(batches)
    >>> torch.equal(b, 10 * a), sorted(torch.cat([a, next(batches)[0]]).tolist())
    (True, [0, 1, 2, 3])
    """
    tensors = tuple(tensors)
    if not tensors or not all(isinstance(each, torch.Tensor) and each.ndim for each in tensors):
        raise TypeError(f"tensors must be a tuple of tensors such as (x, y); got {shown(tensors)}.")
    rows = {len(each) for each in tensors}
    if len(rows) > 1:
        raise ValueError(f"tensors must have the same number of rows; got {[len(each) for each in tensors]}.")
    whole_number(size, "size", 1, rows.pop())
    whole_number(seed, "seed", 0, 2**63 - 1)
    return _rounds(tensors, size, seed)


def _rounds(tensors, size, seed):
    generator = torch.Generator().manual_seed(seed)  # its own: what else draws numbers does not move it
    count = len(tensors[0])
    while True:
        order = torch.randperm(count, generator=generator).to(tensors[0].device)
        for start in range(0, count - size + 1, size):
            rows = order[start : start + size]
            yield tuple(each[rows] for each in tensors)


def squared_error(model, batch):
    """Mean squared difference between ``model(x)`` and ``y``, for a batch (x, y): a loss for ``fit``."""
    x, y = batch
    result = model(x)
    if result.shape != y.shape:  # torch would broadcast, warn and train something else
        raise ValueError(
            f"the model makes shape {tuple(result.shape)} of {tuple(x.shape)}, but the batch wants {tuple(y.shape)}."
        )
    return nn.functional.mse_loss(result, y)


class History(NamedTuple):
    """How a training went."""

    losses: np.ndarray  # the loss before each step, float64
    seconds: float
    device: str  # "cpu", "cuda:0", ...
    stopped: bool  # interrupted before the last step

    def __repr__(self):
        end = "stopped after" if self.stopped else "finished"
        if len(self.losses) == 0:
            return f"History({end} 0 steps on {self.device})"
        return (
            f"History({end} {len(self.losses)} steps on {self.device} in {self.seconds:.1f} s: "
            f"loss {self.losses[0]:.4g} to {self.losses[-1]:.4g})"
        )


def fit(model, loss_of, batches, optimizer, steps, progress=None, scheduler=None):
    """Train for ``steps`` steps: ``loss_of(model, batch)`` is one number, ``optimizer`` makes it smaller. A History.

    ``batches`` is a list or a DataLoader, gone through again and again, or something without end (``shuffled``).
    Batches are moved to the model's device. ``progress`` is the title of a progress bar, or a tqdm bar
    that several trainings share; None is quiet.
    ``scheduler``, a torch learning-rate scheduler, makes one step after each of the optimizer's.

    An interrupt (■ in the lab, Ctrl-C) ends the training: the model keeps what it has learned, and ``stopped``
    is True. Raises TypeError or ValueError for arguments that do not fit together, and FloatingPointError, with
    the step, when the loss is no longer a finite number; the model is then as it was before that step.
    """
    device = _checked(model, loss_of, batches, optimizer, scheduler)
    whole_number(steps, "steps", 1)
    was_training = model.training
    losses, stopped, begin = [], False, time.perf_counter()
    shared = isinstance(progress, tqdm)
    bar = progress if shared else tqdm(total=steps, desc=progress, disable=progress is None)
    try:
        model.train()
        for batch in _first(steps, batches):
            optimizer.zero_grad()
            loss = _one_number(loss_of(model, _moved(batch, device)))
            loss.backward()
            losses.append(_finite(loss.item(), losses, optimizer))
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            bar.update()
            bar.set_postfix(loss=f"{losses[-1]:.3g}", refresh=False)
    except KeyboardInterrupt:
        stopped = True
    finally:
        if not shared:
            bar.close()
        model.train(was_training)
    return History(np.array(losses), time.perf_counter() - begin, str(device), stopped)


def predict(model, x):
    """``model(x)`` as it is when not training (batch norm at rest, no gradients), on the CPU; x is a tensor."""
    if not isinstance(x, torch.Tensor):
        raise TypeError(f"x must be a tensor; got {shown(x)}. Write torch.as_tensor(x).")
    was_training = model.training
    try:
        model.eval()
        with torch.no_grad():
            return model(x.to(next(model.parameters()).device)).cpu()
    finally:
        model.train(was_training)


# ---- Parts of fit --------------------------------------------------------------------------------


def _checked(model, loss_of, batches, optimizer, scheduler):
    """The model's device, when the arguments fit together."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch module; got {shown(model)}.")
    if not callable(loss_of) or isinstance(loss_of, nn.Module):
        raise TypeError(f"loss_of must be a function of (model, batch); got {shown(loss_of)}.")
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(
            "optimizer must be a torch optimizer such as torch.optim.Adam(model.parameters()); "
            f"got {shown(optimizer)}."
        )
    if not hasattr(batches, "__iter__") or isinstance(batches, (torch.Tensor, np.ndarray)):
        raise TypeError(
            f"batches must be a list of batches, a DataLoader or shuffled(...); got {shown(batches)}."
        )
    if scheduler is not None and getattr(scheduler, "optimizer", None) is not optimizer:
        raise ValueError("scheduler must have been made for this optimizer; it was made for another one.")
    trained = {id(each) for each in model.parameters() if each.requires_grad}
    if not trained:
        raise ValueError("the model has no parameters to train.")
    if trained.isdisjoint(id(each) for group in optimizer.param_groups for each in group["params"]):
        raise ValueError(
            "the optimizer holds no parameter of this model; it was made for another one. "
            "Make it from model.parameters(), after the model."
        )
    return next(model.parameters()).device


def _first(count, batches):
    """``count`` batches, from the front again when they run out."""
    while count:
        before = count
        for batch in batches:
            yield batch
            count -= 1
            if not count:
                return
        if count == before:
            raise ValueError(
                "batches has run out. A generator runs once; give a list, a DataLoader or shuffled(...)."
            )


def _moved(batch, device):
    """Tensors of a batch, also inside tuples, lists and dictionaries, on the device."""
    if isinstance(batch, torch.Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {name: _moved(each, device) for name, each in batch.items()}
    if isinstance(batch, (tuple, list)):
        return tuple(_moved(each, device) for each in batch)
    return batch


def _one_number(loss):
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
        got = tuple(loss.shape) if isinstance(loss, torch.Tensor) else shown(loss)
        raise TypeError(f"loss_of must return a tensor of one number, such as a mean; got {got}.")
    if not loss.requires_grad:
        raise ValueError("the loss does not depend on the model: nothing in it needs a gradient.")
    return loss


def _finite(loss, losses, optimizer):
    if not np.isfinite(loss):
        before = f"{losses[-1]:.3g} in the step before" if losses else "in the very first step"
        raise FloatingPointError(
            f"the loss is {loss} in step {len(losses)}, {before}; learning rate "
            f"{optimizer.param_groups[0]['lr']:g}. Try a smaller one, or look for NaN in the batch."
        )
    return loss
