"""PyTorch: `torch.func.vmap` over the networks, a loop over batches, on one thread of the CPU."""

from functools import partial
from typing import Any

import torch
from torch.func import functional_call, grad, stack_module_state, vmap

from experiments.benchmarks.exercise import Exercise, Floats, Training, vectors
from experiments.benchmarks.peers.pytorch_loop import loss_of, module, optimizer_of, tensors


def training(exercise: Exercise) -> Training:
    """Prepare the training of all networks."""
    torch.set_num_threads(1)
    networks = [module(exercise, number) for number in range(exercise.networks)]
    parameters: dict[str, Any] = stack_module_state(networks)[0]
    gradients = vmap(grad(partial(_loss, exercise, networks[0])), in_dims=(0, None, None))
    optimizer = optimizer_of(exercise, parameters.values())
    batches = tensors(exercise)

    def train() -> Floats:
        for inputs, targets in batches:
            for name, gradient in gradients(parameters, inputs, targets).items():
                parameters[name].grad = gradient
            optimizer.step()
        found = {name: part.detach().numpy() for name, part in parameters.items()}
        layers = [name.removesuffix(".weight") for name in found if name.endswith(".weight")]
        return vectors(
            [(found[f"{name}.weight"].swapaxes(1, 2), found[f"{name}.bias"]) for name in layers]
        )

    return train


def _loss(exercise: Exercise, network: Any, parameters: Any, inputs: Any, targets: Any) -> Any:  # noqa: ANN401 - PyTorch need not be installed
    return loss_of(exercise, functional_call(network, parameters, (inputs,)), targets)
