"""The training loop: against torch's own lines, the same every time, ended by hand, bad input refused in words."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.networks import training
from course_utils.networks.training import (
    choose_device,
    fit,
    predict,
    present_devices,
    seeded,
    shuffled,
    squared_error,
)


def line(seed=0):
    with seeded(seed):
        return nn.Linear(2, 1)


def points(count=12):
    x = torch.linspace(-1, 1, 2 * count).reshape(count, 2)
    return x, x @ torch.tensor([[2.0], [-1.0]]) + 0.5


def sgd(model, lr=0.1):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def trained(seed=0, steps=20, **more):
    model = line(seed)
    return model, fit(model, squared_error, shuffled(points(), 4, seed), sgd(model), steps, **more)


# ---- The loop ------------------------------------------------------------------------------------


def test_it_does_what_torchs_lines_do():
    model, history = trained()
    other, losses = line(), []
    optimizer, batches = sgd(other), shuffled(points(), 4, 0)
    for _ in range(20):
        x, y = next(batches)
        loss = ((other(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_array_equal(history.losses, losses)
    assert all(map(torch.equal, model.parameters(), other.parameters()))
    assert (history.device, history.stopped) == ("cpu", False) and history.seconds > 0
    assert history.losses[-1] < history.losses[0] / 10


def test_one_step_by_hand():
    """y = w x with w = 1, x = 2, y = 0: loss 4, gradient 8, so w = 1 - 0.1 * 8."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.ones_(model.weight)
    batch = (torch.tensor([[2.0]]), torch.tensor([[0.0]]))
    history = fit(model, squared_error, [batch], torch.optim.SGD(model.parameters(), lr=0.1), steps=1)
    assert history.losses.tolist() == [4.0] and model.weight.item() == pytest.approx(0.2)


def test_the_same_seed_gives_the_same_numbers_whatever_ran_before():
    first, history = trained(seed=3)
    torch.rand(5)
    second, again = trained(seed=3)
    np.testing.assert_array_equal(history.losses, again.losses)
    assert all(map(torch.equal, first.parameters(), second.parameters()))
    assert not torch.equal(first.weight, trained(seed=4)[0].weight)


def test_no_trace_in_the_global_generator():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    trained()
    with pytest.raises(ZeroDivisionError), seeded(1):  # noqa: PT012, a block that draws and fails
        torch.rand(1)
        raise ZeroDivisionError
    assert torch.equal(torch.rand(3), expected)


def test_dropout_is_seeded_by_the_block_around_it():
    def losses():
        with seeded(0):
            model = nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.5), nn.Linear(8, 1))
            return fit(model, squared_error, shuffled(points(), 4, 0), sgd(model), 5).losses

    np.testing.assert_array_equal(losses(), losses())


def test_a_list_is_gone_through_again_and_again():
    seen = []

    def loss_of(model, batch):
        seen.append(batch)
        return model.weight.sum() ** 2

    model = line()
    fit(model, loss_of, ["a", "b", "c"], sgd(model, 1e-3), steps=7)
    assert seen == list("abcabca")


def test_a_data_loader_serves_too():
    model = line()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*points()), batch_size=5)
    assert len(fit(model, squared_error, loader, sgd(model), steps=7).losses) == 7


def test_a_scheduler_makes_a_step_after_each():
    model = line()
    optimizer = sgd(model, 1.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5**step / 100)
    fit(model, squared_error, shuffled(points(), 4, 0), optimizer, 3, scheduler=scheduler)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5**3 / 100)


def test_the_model_trains_in_training_mode_and_is_left_as_it_was_found():
    modes = []

    def loss_of(model, batch):
        modes.append(model.training)
        return squared_error(model, batch)

    model = line().eval()
    fit(model, loss_of, shuffled(points(), 4, 0), sgd(model), 2)
    assert modes == [True, True] and not model.training


def test_predicting_leaves_batch_norm_at_rest():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1))
    x = points()[0]
    result = predict(model, x)
    assert model.training and not result.requires_grad
    assert model[0].num_batches_tracked == 0 and torch.equal(result, model.eval()(x).detach())
    with pytest.raises(TypeError, match=r"torch\.as_tensor"):
        predict(model, x.numpy())


# ---- Ended by hand -------------------------------------------------------------------------------


def interrupted(at, during="loss"):
    model, calls = line(), []
    optimizer = sgd(model)

    def loss_of(model, batch):
        calls.append(batch)
        if during == "loss" and len(calls) > at:
            raise KeyboardInterrupt
        return squared_error(model, batch)

    def batches():
        for number, batch in enumerate(shuffled(points(), 4, 0)):
            if during == "batch" and number == at:
                raise KeyboardInterrupt
            yield batch

    return model, fit(model, loss_of, batches(), optimizer, 20)


@pytest.mark.parametrize("during", ["loss", "batch"])
@pytest.mark.parametrize("at", [0, 1, 5])
def test_an_interrupt_keeps_what_was_learned(at, during):
    model, history = interrupted(at, during)
    assert history.stopped and len(history.losses) == at and model.training
    expected = line() if at == 0 else trained(steps=at)[0]
    assert all(map(torch.equal, model.parameters(), expected.parameters()))
    assert f"stopped after {at} steps" in repr(history)


def test_another_error_is_not_swallowed():
    def loss_of(model, batch):
        raise RuntimeError("mine")

    model = line()
    with pytest.raises(RuntimeError, match="mine"):
        fit(model, loss_of, [1], sgd(model), 3)


# ---- The progress bar ----------------------------------------------------------------------------


def test_quiet_unless_told_a_title(capsys):
    trained()
    assert capsys.readouterr() == ("", "")


def test_the_bar_has_the_title_and_counts_the_steps(monkeypatch):
    bars = []

    class Bar(training.tqdm):
        def close(self):
            bars.append((self.desc, self.n, self.total))
            super().close()

    monkeypatch.setattr(training, "tqdm", Bar)
    trained(progress="seed 0")
    assert ("seed 0: " in bars[0][0] or bars[0][0] == "seed 0") and bars[0][1:] == (20, 20)


def test_several_trainings_can_share_a_bar():
    with training.tqdm(total=40) as bar:
        for done in (20, 40):
            trained(progress=bar)
            assert bar.n == done and bar.desc == ""  # and it is still open


# ---- Devices and batches -------------------------------------------------------------------------


def test_the_best_device_is_chosen(monkeypatch):
    assert choose_device("cpu") == torch.device("cpu") and choose_device() == torch.device(
        present_devices()[0]
    )
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert choose_device().type == "cuda" and choose_device("cuda:0").index == 0
    with pytest.raises(ValueError, match=r"'cuda', .*'cpu'; got 'cuda:1'"):
        choose_device("cuda:1")


@pytest.mark.parametrize("name", ["gpu", "cpu:x", "", 1.5, "xpu", "meta"])
def test_a_device_that_is_not_there(name):
    with pytest.raises(ValueError, match=re.escape(f"got {name!r}")):
        choose_device(name)


def test_every_row_comes_once_a_round():
    batches = shuffled((torch.arange(7),), size=3, seed=1)
    rounds = [torch.cat([next(batches)[0], next(batches)[0]]) for _ in range(6)]
    assert all(len(set(each.tolist())) == 6 for each in rounds)
    assert len({tuple(each.tolist()) for each in rounds}) > 1 and set(torch.cat(rounds).tolist()) == set(
        range(7)
    )


# ---- Bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed, error, message",
    [
        ({"model": lambda x: x}, TypeError, "model must be a torch module"),
        ({"loss_of": nn.MSELoss()}, TypeError, r"function of \(model, batch\); got MSELoss"),
        ({"batches": torch.ones(3)}, TypeError, "batches must be a list of batches"),
        ({"batches": []}, ValueError, "batches has run out"),
        ({"batches": iter([points()])}, ValueError, "A generator runs once"),
        ({"optimizer": "adam"}, TypeError, r"torch\.optim\.Adam\(model\.parameters\(\)\); got 'adam'"),
        ({"optimizer": sgd(line())}, ValueError, "holds no parameter of this model"),
        ({"scheduler": torch.optim.lr_scheduler.StepLR(sgd(line()), 1)}, ValueError, "made for another one"),
        ({"steps": 0}, ValueError, "steps must be a whole number, at least 1; got 0"),
        ({"steps": 2.0}, TypeError, "Write 2"),
        ({"loss_of": lambda model, batch: model(batch[0])}, TypeError, r"one number.*got \(12, 1\)"),
        ({"loss_of": lambda model, batch: 3.0}, TypeError, r"one number.*got 3\.0"),
        ({"loss_of": lambda model, batch: batch[1].mean()}, ValueError, "does not depend on the model"),
        ({"batches": [(points()[0], points()[1][:, 0])]}, ValueError, r"shape \(12, 1\).*wants \(12,\)"),
    ],
)
def test_what_does_not_fit_is_refused(changed, error, message):
    model = line()
    arguments = {
        "model": model, "loss_of": squared_error, "batches": [points()], "optimizer": sgd(model), "steps": 3
    }  # fmt: skip
    with pytest.raises(error, match=message):
        fit(**arguments | changed)


def test_a_model_of_fixed_weights_has_nothing_to_train():
    model = line().requires_grad_(False)
    with pytest.raises(ValueError, match="no parameters to train"):
        fit(model, squared_error, [points()], sgd(line()), 1)


def test_a_loss_that_is_no_number_ends_the_training_before_it_spoils_the_weights():
    model = line()
    x, y = points()
    batches = [(x, y), (x, y * float("nan"))]
    with pytest.raises(FloatingPointError, match=r"nan in step 1, .* in the step before; learning rate 0\.1"):
        fit(model, squared_error, batches, sgd(model), 5)
    assert torch.isfinite(model.weight).all()
    with pytest.raises(FloatingPointError, match="very first step"):
        fit(model, squared_error, batches[1:], sgd(model), 5)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (((), 1, 0), TypeError, "tuple of tensors"),
        (((np.ones(3),), 1, 0), TypeError, "tuple of tensors"),
        (((torch.ones(3), torch.ones(4)), 1, 0), ValueError, r"same number of rows; got \[3, 4\]"),
        (((torch.ones(3),), 4, 0), ValueError, "size must be a whole number, from 1 to 3; got 4"),
        (((torch.ones(3),), 2, -1), ValueError, "seed must be"),
    ],
)
def test_batches_that_cannot_be(arguments, error, message):
    with pytest.raises(error, match=message):
        shuffled(*arguments)


@pytest.mark.parametrize("seed", [-1, 0.5, None, True])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises((TypeError, ValueError), match="seed"), seeded(seed):
        pass
