"""The fitness of torch_network.toml: a network of PyTorch, trained on scikit-learn's digits."""

from collections.abc import Mapping
from typing import Any

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

EPOCHS = 15
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "silu": nn.SiLU}

torch.set_num_threads(1)  # trials are in processes of their own already
IMAGES, LABELS = load_digits(return_X_y=True)
TRAINING, VALIDATION, TRAINING_LABELS, VALIDATION_LABELS = (
    torch.as_tensor(part)
    for part in train_test_split(
        (IMAGES / 16).astype("float32"), LABELS, test_size=0.3, random_state=0, stratify=LABELS
    )
)


def evaluate(genome: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Return the error rate on the validation images, and the number of parameters."""
    torch.manual_seed(seed)
    network = network_of(genome)
    optimizer = optimizer_of(genome, network)
    loss = nn.CrossEntropyLoss()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(TRAINING)).split(genome["batch_size"]):
            optimizer.zero_grad()
            loss(network(TRAINING[batch]), TRAINING_LABELS[batch]).backward()
            optimizer.step()
    network.eval()
    with torch.no_grad():
        wrong = network(VALIDATION).argmax(dim=1) != VALIDATION_LABELS
    return {
        "error_rate": wrong.float().mean().item(),
        "parameters": sum(each.numel() for each in network.parameters()),
    }


def network_of(genome: Mapping[str, Any]) -> nn.Sequential:
    """Make the network: hidden layers with dropout, then the outputs."""
    layers: list[nn.Module] = []
    width = IMAGES.shape[1]
    for units in genome["hidden"]:
        layers += [nn.Linear(width, units), ACTIVATIONS[genome["activation"]]()]
        layers.append(nn.Dropout(genome["dropout"]))
        width = units
    return nn.Sequential(*layers, nn.Linear(width, 10))


def optimizer_of(genome: Mapping[str, Any], network: nn.Module) -> torch.optim.Optimizer:
    """Make the optimizer; only SGD has a momentum, and only AdamW a weight decay."""
    rate = genome["learning_rate"]
    if genome["optimizer"] == "sgd":
        return torch.optim.SGD(network.parameters(), lr=rate, momentum=genome["momentum"])
    return torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=genome["weight_decay"])
