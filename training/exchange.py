"""Sums tensors over the processes of one machine, through shared memory.

On two cores this takes a few milliseconds for three million numbers, where
`torch.distributed` with gloo over loopback takes a third of a training step.
"""

import torch
import torch.multiprocessing as multiprocessing


class Exchange:
    """What the processes share: one row of numbers each, and a barrier."""

    def __init__(self, world: int, size: int):
        self.world, self.rank = world, 0
        self.rows = torch.zeros(world, size).share_memory_()
        self.barrier = multiprocessing.get_context("spawn").Barrier(world)

    def sum(self, tensors: list, scale: float = 1.0):
        """Replaces each tensor by the sum over all processes, times `scale`."""
        if self.world == 1:
            return
        mine, offset = self.rows[self.rank], 0
        for tensor in tensors:
            mine[offset : offset + tensor.numel()].view_as(tensor).copy_(tensor)
            offset += tensor.numel()
        self.barrier.wait()
        total = self.rows[:, :offset].sum(dim=0).mul_(scale)
        self.barrier.wait()  # nobody may write before all have read
        offset = 0
        for tensor in tensors:
            tensor.copy_(total[offset : offset + tensor.numel()].view_as(tensor))
            offset += tensor.numel()
