"""Muon for the matrices, AdamW for the rest, shared out over processes."""

import torch

from .exchange import Exchange


def orthogonalise(gradient: torch.Tensor, kind: torch.dtype = torch.bfloat16, rounds: int = 5) -> torch.Tensor:
    """Nearest half-orthogonal matrix, or matrices of a stack, by Newton-Schulz iteration, with products in `kind`."""
    a, b, c = 3.4445, -4.7750, 2.0315
    matrix = (gradient / (gradient.norm(dim=(-2, -1), keepdim=True) + 1e-7)).to(kind)
    flipped = matrix.shape[-2] > matrix.shape[-1]
    if flipped:
        matrix = matrix.mT
    for _ in range(rounds):
        gram = matrix @ matrix.mT
        matrix = a * matrix + (b * gram + c * gram @ gram) @ matrix
    return (matrix.mT if flipped else matrix).float()


class Muon:
    """Momentum, then orthogonalisation. Each process does its share of the matrices."""

    def __init__(self, parameters: list, rate: float, momentum: float = 0.95, decay: float = 0.01, exchange: Exchange | None = None, kind: torch.dtype = torch.bfloat16):
        self.kind = kind
        self.parameters, self.rate, self.momentum, self.decay = parameters, rate, momentum, decay
        self.exchange = exchange or Exchange(1, 0)
        self.buffers = [torch.zeros_like(p) for p in parameters]

    def step(self, scale: float):
        """One update at `scale` times the base rate."""
        rate = self.rate * scale
        if self.exchange.world == 1:
            return self.step_alone(rate)
        updates = [torch.zeros_like(p) for p in self.parameters]
        order = sorted(range(len(updates)), key=lambda index: (tuple(self.parameters[index].shape), index))
        for turn, index in enumerate(order):
            buffer, gradient = self.buffers[index], self.parameters[index].grad
            buffer.mul_(self.momentum).add_(gradient)
            if turn % self.exchange.world == self.exchange.rank:
                updates[index] = orthogonalise(gradient + self.momentum * buffer, self.kind)
        self.exchange.sum(updates)
        for parameter, update in zip(self.parameters, updates):
            parameter.mul_(1 - rate * self.decay)
            parameter.add_(update, alpha=-rate * max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5)

    def step_alone(self, rate: float):
        """The same for one process, matrices of one shape at a time: a GPU is slow at many small products."""
        gradients = [parameter.grad for parameter in self.parameters]
        torch._foreach_mul_(self.buffers, self.momentum)
        torch._foreach_add_(self.buffers, gradients)
        looked_ahead = torch._foreach_add(gradients, self.buffers, alpha=self.momentum)
        torch._foreach_mul_(self.parameters, 1 - rate * self.decay)
        shapes: dict = {}
        for index, parameter in enumerate(self.parameters):
            shapes.setdefault(tuple(parameter.shape), []).append(index)
        for (rows, columns), indices in shapes.items():
            updates = orthogonalise(torch.stack([looked_ahead[index] for index in indices]), self.kind)
            torch._foreach_add_([self.parameters[index] for index in indices], list(updates), alpha=-rate * max(1.0, rows / columns) ** 0.5)

    def state_dict(self) -> dict:
        """Momentum buffers."""
        return {"buffers": self.buffers}

    def load_state_dict(self, state: dict):
        """Restore the momentum buffers."""
        self.buffers = state["buffers"]
