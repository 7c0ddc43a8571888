"""Muon for the matrices, AdamW for the rest, shared out over processes."""

import torch
import torch.distributed as distributed


def orthogonalise(gradient: torch.Tensor, rounds: int = 5) -> torch.Tensor:
    """Nearest half-orthogonal matrix by Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    matrix = gradient / (gradient.norm() + 1e-7)
    flipped = matrix.shape[0] > matrix.shape[1]
    if flipped:
        matrix = matrix.T
    for _ in range(rounds):
        gram = matrix @ matrix.T
        matrix = a * matrix + (b * gram + c * gram @ gram) @ matrix
    return matrix.T if flipped else matrix


class Muon:
    """Momentum, then orthogonalisation. Each process does its share of the matrices."""

    def __init__(self, parameters: list, rate: float, momentum: float = 0.95, decay: float = 0.01, rank: int = 0, world: int = 1):
        self.parameters, self.rate, self.momentum, self.decay = parameters, rate, momentum, decay
        self.rank, self.world = rank, world
        self.buffers = [torch.zeros_like(p) for p in parameters]

    def step(self, scale: float):
        """One update at `scale` times the base rate."""
        rate = self.rate * scale
        updates = [torch.zeros_like(p) for p in self.parameters]
        order = sorted(range(len(updates)), key=lambda index: (tuple(self.parameters[index].shape), index))
        for turn, index in enumerate(order):
            buffer, gradient = self.buffers[index], self.parameters[index].grad
            buffer.mul_(self.momentum).add_(gradient)
            if turn % self.world == self.rank:
                updates[index] = orthogonalise(gradient + self.momentum * buffer)
        average(updates, self.world, mean=False)
        for parameter, update in zip(self.parameters, updates):
            parameter.mul_(1 - rate * self.decay)
            parameter.add_(update, alpha=-rate * max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5)

    def state_dict(self) -> dict:
        """Momentum buffers."""
        return {"buffers": self.buffers}

    def load_state_dict(self, state: dict):
        """Restore the momentum buffers."""
        self.buffers = state["buffers"]


def average(tensors: list, world: int, mean: bool = True):
    """Sum (or mean) of tensors over all processes, in place."""
    if world == 1:
        return
    flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
    distributed.all_reduce(flat)
    if mean:
        flat /= world
    offset = 0
    for tensor in tensors:
        tensor.copy_(flat[offset : offset + tensor.numel()].view_as(tensor))
        offset += tensor.numel()
