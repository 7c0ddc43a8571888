"""An endless, seeded stream of training batches, generated on the fly.

Most batches hold single documents of similar length, padded on the right.
Some hold rows of several documents one after the other, so that the model
learns to answer late in a long conversation. A few are drills: a row of random tokens
and then the same row again. Copying is the skill nearly every task here needs
first, and drills make it appear much earlier in training.
"""

import random

import torch
from tokenizers import Tokenizer
from torch.utils.data import IterableDataset, get_worker_info

from .generate import Maker

PACKED_SHARE = 0.1
# No row is longer, however large a batch is: the model has positions for 4096 tokens.
LONGEST_ROW = 2048
# Widths are multiples of this: a new shape costs the matrix library more than some padding.
GRAIN = 8


def encode(tokenizer: Tokenizer, document) -> tuple[list, list]:
    """Token ids of a document and, per token, whether it is learnt."""
    tokens, learnt = [], []
    for text, flag in document.pieces:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        tokens += ids
        learnt += [flag] * len(ids)
    return tokens, learnt


def tensors(rows: list, width: int, padding: int, height: int = 0):
    """Inputs and shifted targets; -100 where nothing is learnt. At least `height` rows."""
    height = max(height, len(rows))
    inputs = torch.full((height, width), padding, dtype=torch.long)
    targets = torch.full((height, width), -100, dtype=torch.long)
    for index, (tokens, learnt) in enumerate(rows):
        length = len(tokens) - 1
        inputs[index, :length] = torch.tensor(tokens[:-1])
        wanted = torch.tensor(tokens[1:])
        wanted[~torch.tensor(learnt[1:])] = -100
        targets[index, :length] = wanted
    return inputs, targets


class Batches(IterableDataset):
    """Yields (inputs, targets); every rank and worker has its own seed."""

    def __init__(self, tokenizer_file: str, seed: str, tokens_per_batch: int, long_rows: int = 512, drills: int = 1):
        self.tokenizer_file, self.seed, self.budget, self.long_rows, self.drills = tokenizer_file, seed, tokens_per_batch, long_rows, drills

    def __iter__(self):
        worker = get_worker_info()
        seed = f"{self.seed}-{worker.id if worker else 0}"
        tokenizer, maker, chance = Tokenizer.from_file(self.tokenizer_file), Maker(f"train-{seed}", varied=True), random.Random(seed)
        padding = tokenizer.token_to_id("<|endoftext|>")
        newline = tokenizer.encode("\n").ids
        while True:
            pool = [encode(tokenizer, maker.document()) for _ in range(max(640, self.budget // 16))]
            batches = []
            packed = int(len(pool) * PACKED_SHARE)
            batches += self.pack(pool[:packed], newline, chance, padding)
            batches += self.bucket(sorted(pool[packed:], key=lambda row: len(row[0])), padding)
            batches += [self.drill(tokenizer, chance, padding) for _ in range(self.drills)]
            chance.shuffle(batches)
            # What was cut off a long document may have been all that is learnt of it.
            yield from (batch for batch in batches if (batch[1] >= 0).any())

    def bucket(self, pool: list, padding: int):
        """Batches of documents of similar length."""
        rows: list = []
        widest = 0
        for row in pool + [None]:
            width = -(-(len(row[0]) - 1) // GRAIN) * GRAIN if row else 0
            if rows and (row is None or width * (len(rows) + 1) > self.budget):
                yield tensors(rows, widest, padding, self.budget // widest)
                rows, widest = [], 0
            if row:
                rows.append(row)
                widest = max(widest, width)

    def pack(self, pool: list, newline: list, chance, padding: int):
        """Batches of rows that hold several documents."""
        rows, tokens, learnt = [], [], []
        width = self.long_rows if chance.random() < 0.9 else min(self.budget, LONGEST_ROW)
        for row in pool:
            # A document that is longer than a row has one of its own, and loses its end.
            if tokens and len(tokens) + len(row[0]) > width + 1:
                rows.append((tokens[: width + 1], learnt[: width + 1]))
                tokens, learnt = [], []
                if len(rows) * width >= self.budget:
                    yield tensors(rows, width, padding)
                    rows = []
            tokens = tokens + row[0] + newline
            learnt = learnt + row[1] + [False] * len(newline)
        if tokens:
            rows.append((tokens[: width + 1], learnt[: width + 1]))
        if rows:
            yield tensors(rows, width, padding, self.budget // width)

    def drill(self, tokenizer, chance, padding: int):
        """Random tokens, often digits, to be copied once more."""
        half = chance.randint(8, 48)
        digits = [tokenizer.token_to_id(digit) for digit in "0123456789"]
        words = tokenizer.get_vocab_size() - 5  # the tokenizer counts them anew each time it is asked
        rows = []
        for _ in range(max(1, self.budget // (2 * half))):
            share = chance.choice([0.0, 0.3, 0.7, 0.9])
            first = [chance.choice(digits) if chance.random() < share else chance.randrange(words) for _ in range(half)]
            rows.append((first + first, [False] * (half + 2) + [True] * (half - 2)))
        return tensors(rows, 2 * half - 1, padding)
