"""Factors act inside ``step()`` and nowhere else: each pitfall that was seen has its test here."""

from __future__ import annotations

import copy
import io
import pickle
from typing import Any

import pytest
import torch
from models import (
    difference,
    factors,
    fill_gradients,
    net,
    owner,
    train_by_hand,
    train_with_hooks,
)
from torch import nn
from torch.optim import lr_scheduler

from isotherm.factors import FactorBounds, Ramp, Rates
from isotherm.inforce import FactorsInForce
from isotherm.rates import LayerRates, groups_of, optimizers_of

SAME = 1e-6  # float32 sums in another order
T = torch.optim

OPTIMIZERS = {
    "SGD": lambda p: T.SGD(p, 0.1),
    "SGD with Nesterov momentum and decay": lambda p: T.SGD(
        p, 0.1, 0.9, weight_decay=5e-4, nesterov=True
    ),
    "SGD foreach": lambda p: T.SGD(p, 0.1, 0.9, foreach=True),
    "SGD fused": lambda p: T.SGD(p, 0.1, 0.9, fused=True),
    "AdamW": lambda p: T.AdamW(p, 1e-2),
    "AdamW foreach": lambda p: T.AdamW(p, 1e-2, foreach=True),
    "AdamW fused": lambda p: T.AdamW(p, 1e-2, fused=True),
    "AdamW, lr a tensor": lambda p: T.AdamW(p, torch.tensor(1e-2)),
    "AdamW fused, lr a tensor": lambda p: T.AdamW(p, torch.tensor(1e-2), fused=True),
    "Adam amsgrad": lambda p: T.Adam(p, 1e-2, amsgrad=True),
    "RMSprop": lambda p: T.RMSprop(p, 1e-3, momentum=0.9),
    "Adagrad": lambda p: T.Adagrad(p, 1e-2),
    "NAdam": lambda p: T.NAdam(p, 1e-2),
    "RAdam": lambda p: T.RAdam(p, 1e-2),
    "Adadelta": lambda p: T.Adadelta(p, 1.0),
    "Rprop": lambda p: T.Rprop(p, 1e-2),
    "ASGD": lambda p: T.ASGD(p, 1e-2),
}
if hasattr(T, "Adafactor"):
    OPTIMIZERS["Adafactor"] = lambda p: T.Adafactor(p, 1e-2)


def sgd(parameters: Any) -> T.Optimizer:
    return T.SGD(parameters, 0.1, 0.9, weight_decay=5e-4, nesterov=True)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_factors_act_as_groups_per_layer_do(name: str) -> None:
    by_hand = train_by_hand(OPTIMIZERS[name], 9)
    model, optimizer, _ = train_with_hooks(OPTIMIZERS[name], 9)
    assert difference(by_hand, model) < SAME
    assert len(optimizer.param_groups) == 1


@pytest.mark.skipif(not hasattr(T, "Muon"), reason="torch before 2.9 has no Muon")
def test_muon_and_adamw_together_are_balanced() -> None:
    def run(hooked: bool) -> nn.Module:
        model = net()
        wide = [p for p in model.parameters() if p.ndim == 2]
        flat = [p for p in model.parameters() if p.ndim < 2]
        optimizers: list[T.Optimizer] = [T.Muon(wide, 1e-2), T.AdamW(flat, 1e-2)]
        if not hooked:
            owners = owner(model)
            optimizers = [
                T.Muon([{"params": [p], "layer": owners[p]} for p in wide], 1e-2),
                T.AdamW([{"params": [p], "layer": owners[p]} for p in flat], 1e-2),
            ]
        rates = [LayerRates(o, owner(model)) for o in optimizers_of(optimizers)] if hooked else []
        for step in range(6):
            fill_gradients(model)
            for r in rates:
                r.set(factors(step), {})
            for o in optimizers:
                for group in o.param_groups if not hooked else ():
                    group["lr"] = 1e-2 * factors(step).get(group["layer"], 1.0)
                o.step()
        return model

    assert difference(run(False), run(True)) < SAME


SCHEDULES = {
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda s: 0.95**s),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 30),
    "StepLR": lambda o: lr_scheduler.StepLR(o, 4, 0.5),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 0.2, total_steps=40),
    "LinearLR": lambda o: lr_scheduler.LinearLR(o, 0.1),
    "ReduceLROnPlateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=2),
    "CosineAnnealingWarmRestarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5),
    "warm-up, then cosine": lambda o: lr_scheduler.SequentialLR(
        o,
        [lr_scheduler.LinearLR(o, 0.1, total_iters=4), lr_scheduler.CosineAnnealingLR(o, 20)],
        [4],
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_recursive_schedulers_do_not_compound_factors(name: str) -> None:
    schedule = SCHEDULES[name]
    by_hand = train_by_hand(sgd, 12, schedule)
    model, _, seen = train_with_hooks(sgd, 12, schedule)
    _, _, plain = train_with_hooks_and_no_factors(schedule)
    assert seen == plain  # the user's rates are what they would be without factors
    assert difference(by_hand, model) < SAME


def train_with_hooks_and_no_factors(schedule: Any) -> Any:
    model = net()
    optimizer = sgd(list(model.parameters()))
    scheduler = schedule(optimizer)
    seen = []
    for _ in range(12):
        fill_gradients(model)
        optimizer.step()
        seen.append(float(optimizer.param_groups[0]["lr"]))
        if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
            scheduler.step(1.0)
        else:
            scheduler.step()
    return model, optimizer, seen


def test_a_checkpoint_loads_without_the_package_and_goes_on_the_same() -> None:
    def make(p: Any) -> T.Optimizer:
        return T.AdamW(p, 1e-2)

    model, optimizer, _ = train_with_hooks(make, 6)
    buffer = io.BytesIO()
    torch.save((model.state_dict(), optimizer.state_dict()), buffer)
    buffer.seek(0)
    weights, state = torch.load(buffer, weights_only=True)

    again = net()
    again.load_state_dict(weights)
    plain = make(list(again.parameters()))
    plain.load_state_dict(state)
    assert len(plain.param_groups) == 1
    assert plain.param_groups[0]["lr"] == 1e-2

    rates = LayerRates(plain, owner(again))
    for step in range(6, 10):
        fill_gradients(again)
        rates.set(factors(step), {})
        plain.step()
    whole, _, _ = train_with_hooks(make, 10)
    assert difference(whole, again) == 0.0


def test_a_step_that_raises_leaves_no_split_groups_in_a_checkpoint() -> None:
    model = net()
    optimizer = sgd(model.parameters())
    rates = LayerRates(optimizer, owner(model))
    rates.set(factors(5), {})
    fill_gradients(model)
    first = next(model.parameters())
    optimizer.state[first]["momentum_buffer"] = torch.zeros(3)  # the update cannot work
    with pytest.raises(RuntimeError):
        optimizer.step()
    assert len(optimizer.param_groups) == 7  # nobody runs behind a step that raises
    assert len(optimizer.state_dict()["param_groups"]) == 1
    assert len(optimizer.param_groups) == 1
    del optimizer.state[first]["momentum_buffer"]
    optimizer.step()
    assert len(optimizer.param_groups) == 1


def test_a_closure_sees_the_users_groups_and_the_update_sees_factors() -> None:
    def run(with_closure: bool) -> tuple[nn.Module, list[int]]:
        model = net()
        optimizer = sgd(list(model.parameters()))
        rates = LayerRates(optimizer, owner(model))
        seen = []

        def closure() -> torch.Tensor:
            seen.append(len(optimizer.param_groups))
            return fill_gradients(model)

        for step in range(6):
            rates.set(factors(step), {})
            if with_closure:
                assert optimizer.step(closure).item() > 0
                optimizer.step(closure=closure)
            else:
                for _ in range(2):
                    closure()
                    optimizer.step()
        return model, seen

    plain, _ = run(False)
    model, seen = run(True)
    assert difference(plain, model) < SAME
    assert set(seen) == {1}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lr", [1e-2, torch.tensor(1e-2)], ids=["number", "tensor"])
def test_a_compiled_step_takes_new_factors(lr: Any) -> None:
    torch._dynamo.reset()
    eager, model = net(), net()
    eager_optimizer = T.AdamW(eager.parameters(), 1e-2)
    optimizer = T.AdamW(model.parameters(), lr)
    eager_rates = LayerRates(eager_optimizer, owner(eager))
    rates = LayerRates(optimizer, owner(model))
    # The hooks are what is tested, and tracing is what breaks them: no code needs to be generated.
    step_of = torch.compile(lambda: optimizer.step(), backend="eager")
    for step in range(7):
        fill_gradients(eager)
        fill_gradients(model)
        for r in (rates, eager_rates):
            r.set(factors(step), {})
        step_of()
        eager_optimizer.step()
    assert difference(eager, model) < 1e-5  # what is compiled sums in another order
    assert len(optimizer.param_groups) == 1


class Counting(T.Optimizer):
    """Keeps a number in its group, as schedule-free optimizers do."""

    def __init__(self, params: Any) -> None:
        super().__init__(params, {"lr": 0.1, "weight_decay": 0.0, "k": 0})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            group["k"] += 1
            for p in group["params"]:
                p.add_(p.grad, alpha=-group["lr"] / group["k"])


def test_what_an_optimizer_writes_into_its_group_is_kept() -> None:
    model = net()
    optimizer = Counting(model.parameters())
    rates = LayerRates(optimizer, owner(model))
    for step in range(6):
        rates.set(factors(step), {})
        fill_gradients(model)
        optimizer.step()
    assert optimizer.param_groups[0]["k"] == 6
    assert set(optimizer.param_groups[0]) == {"params", "lr", "weight_decay", "k"}


class Wrapper:
    """As accelerate's AcceleratedOptimizer: an optimizer inside, and no hooks."""

    def __init__(self, optimizer: T.Optimizer) -> None:
        self.optimizer = optimizer

    def register_step_pre_hook(self, hook: Any) -> None:
        raise AttributeError("a wrapper has no hooks")

    def step(self) -> None:
        self.optimizer.step()


def test_wrappers_are_looked_through() -> None:
    inner = sgd(net().parameters())
    assert optimizers_of(Wrapper(Wrapper(inner))) == [inner]


def test_accelerates_optimizer_is_looked_through() -> None:
    accelerate = pytest.importorskip("accelerate")
    model = net()
    inner = sgd(model.parameters())
    prepared = accelerate.Accelerator(cpu=True).prepare(inner)
    assert optimizers_of(prepared) == [inner]


@pytest.mark.filterwarnings("ignore")
def test_the_zero_redundancy_optimizer_is_looked_through_and_stays_in_order(
    one_rank: None,
) -> None:
    from torch.distributed.optim import ZeroRedundancyOptimizer

    model = net()
    outer = ZeroRedundancyOptimizer(model.parameters(), torch.optim.SGD, lr=0.1, momentum=0.9)
    (inner,) = optimizers_of(outer)
    rates = LayerRates(inner, owner(model))
    for step in range(6):
        fill_gradients(model)
        rates.set(factors(step), {})
        outer.step()
    by_hand = train_by_hand(lambda p: torch.optim.SGD(p, 0.1, 0.9), 6)
    assert difference(by_hand, model) < SAME
    assert len(outer.param_groups) == 1


@pytest.mark.parametrize("fused", [False, True])
def test_a_scaled_step_that_is_skipped_moves_nothing_and_leaves_no_split_groups(
    fused: bool,
) -> None:
    model = net()
    optimizer = T.AdamW(model.parameters(), 1e-2, fused=fused)
    rates = LayerRates(optimizer, owner(model))
    rates.set(factors(5), {})
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    moved = []
    for step in range(3):
        before = [p.detach().clone() for p in model.parameters()]
        optimizer.zero_grad()
        scaler.scale(model(torch.ones(4, 32)).square().mean()).backward()
        if step == 1:
            next(model.parameters()).grad[0, 0] = float("inf")
        scaler.step(optimizer)
        scaler.update()
        moved.append(not all(map(torch.equal, before, model.parameters())))
    assert moved == [True, False, True]
    assert len(optimizer.param_groups) == 1


def test_groups_with_and_without_decay_stay_apart_and_decay_has_its_own_factor() -> None:
    model = net()
    owners = owner(model)
    optimizer = T.SGD(
        [
            {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": 0.1},
            {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0.0},
        ],
        0.5,
    )
    rates = LayerRates(optimizer, owners)
    rates.set({"l0": 1.5}, {"l1": 3.0})
    before = {p: p.detach().clone() for p in model.parameters()}
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    for p, was in before.items():
        decay = 0.1 * (3.0 if owners[p] == "l1" else 1.0) if p.ndim > 1 else 0.0
        lr = 0.5 * (1.5 if owners[p] == "l0" else 1.0)
        assert torch.allclose(p, was * (1 - lr * decay), atol=1e-7)
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.1, 0.0]


def test_named_parameters_keep_their_names() -> None:
    model = net()
    try:
        optimizer = T.AdamW(model.named_parameters(), 1e-2)
    except TypeError:
        pytest.skip("torch before 2.6 takes no names")
    rates = LayerRates(optimizer, owner(model))
    rates.set(factors(5), {})
    fill_gradients(model)
    optimizer.step()
    names = [name for name, _ in model.named_parameters()]
    assert optimizer.param_groups[0]["param_names"] == names


def test_a_group_that_is_added_later_has_factors_from_then_on() -> None:
    model = net()
    blocks = list(model)
    optimizer = sgd(blocks[0].parameters())
    rates = LayerRates(optimizer, owner(model))
    rates.set(factors(5), {})
    fill_gradients(model)
    optimizer.step()
    optimizer.add_param_group({"params": list(blocks[1].parameters()), "lr": 0.2})
    before = blocks[1][0].weight.detach().clone()
    gradient = torch.ones_like(before)
    for p in model.parameters():
        p.grad = torch.ones_like(p)
    optimizer.step()
    # The first step of Nesterov's momentum goes 1.9 times the gradient.
    moved = before - blocks[1][0].weight
    expected = 0.2 * factors(5)["l1"] * 1.9 * (gradient + 5e-4 * before)
    assert torch.allclose(moved, expected, atol=1e-6)


def test_an_optimizer_per_parameter_in_the_backward_pass_works() -> None:
    model = net()
    owners = owner(model)
    each = {p: T.SGD([p], 0.1) for p in model.parameters()}
    for optimizer in each.values():
        LayerRates(optimizer, owners).set(factors(5), {})
    for p in model.parameters():
        p.register_post_accumulate_grad_hook(lambda p: each[p].step())
    by_hand = net()
    loss = fill_gradients(by_hand)
    assert loss > 0
    with torch.no_grad():
        for p, name in owner(by_hand).items():
            p -= 0.1 * factors(5)[name] * p.grad
    fill_gradients(model)
    assert difference(by_hand, model) < SAME


def test_an_optimizer_with_hooks_can_be_copied_and_pickled() -> None:
    model = net()
    optimizer = sgd(model.parameters())
    LayerRates(optimizer, owner(model)).set(factors(5), {})
    assert len(copy.deepcopy(optimizer).param_groups) == 1
    assert len(pickle.loads(pickle.dumps(optimizer)).param_groups) == 1


def test_the_optimizer_is_left_as_it_was_found() -> None:
    model, plain = net(), net()
    optimizer = sgd(model.parameters())
    rates = LayerRates(optimizer, owner(model))
    rates.set(factors(5), {})
    rates.remove()
    fill_gradients(model)
    optimizer.step()
    fill_gradients(plain)
    sgd(plain.parameters()).step()
    assert difference(plain, model) == 0.0


def test_effective_rates_are_the_users_rate_times_the_factor() -> None:
    model = net()
    optimizer = sgd(model.parameters())
    in_force = FactorsInForce(
        [optimizer], lambda: groups_of(optimizer), owner(model), FactorBounds(), lambda: None
    )
    in_force.start_with(Rates(learning_rate=Ramp(end={"l0": 0.5})), "r")
    assert in_force.effective()["l0"] == pytest.approx(0.05)
    assert in_force.effective()["l1"] == pytest.approx(0.1)


class DeepSpeedZeroOptimizer:
    """Stands for DeepSpeed's, which is not installed here."""


DeepSpeedZeroOptimizer.__module__ = "deepspeed.runtime.zero.stage3"


@pytest.mark.parametrize(
    ("optimizer", "line"),
    [
        (T.LBFGS([nn.Parameter(torch.zeros(1))]), "LBFGS takes one rate .* use SGD, AdamW"),
        (object(), "optimizer must be a torch.optim.Optimizer .* got: object"),
        ([], "optimizer must not be an empty list"),
        (DeepSpeedZeroOptimizer(), "keeps flat partitions.*; use the optimizer of torch"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line_that_says_what_would(
    optimizer: object, line: str
) -> None:
    with pytest.raises(ValueError, match=line) as refused:
        optimizers_of(optimizer)
    assert "\n" not in str(refused.value)
