"""Loss per task of a checkpoint, to see where more data or clearer thinking is needed.

    python -m training.diagnose --checkpoint build/run/checkpoint.pt
"""

import argparse
from collections import defaultdict

import torch
import torch.nn.functional as functional
from tokenizers import Tokenizer

from .batches import encode, tensors
from .generate import Maker
from .model import LanguageModel, ModelConfig


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", default="build/run/checkpoint.pt")
    parser.add_argument("--tokenizer", default="assets/embedded/tokenizer.json")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--heldout", action="store_true")
    options = parser.parse_args()
    state = torch.load(options.checkpoint, weights_only=False)
    model = LanguageModel(ModelConfig(**state["config"]))
    model.load_state_dict(state["model"])
    tokenizer, maker = Tokenizer.from_file(options.tokenizer), Maker("diagnose", options.heldout)
    label, original = [""], maker.problem

    def watched(*arguments, **named):
        result = original(*arguments, **named)
        label[0] = "translation" if result[2] == "pair" else result[0].name
        return result

    maker.problem = watched
    losses, perfect, counts = defaultdict(float), defaultdict(int), defaultdict(int)
    tokens_seen, documents = defaultdict(int), defaultdict(int)
    with torch.inference_mode():
        for _ in range(options.count):
            row = encode(tokenizer, maker.document())
            inputs, targets = tensors([row], len(row[0]) - 1, 0)
            chosen = targets[0] >= 0
            logits = model.logits(model.hidden_states(inputs)[0][chosen])
            losses[label[0]] += functional.cross_entropy(logits, targets[0][chosen], reduction="sum").item()
            perfect[label[0]] += int((logits.argmax(-1) == targets[0][chosen]).all())
            tokens_seen[label[0]] += int(chosen.sum())
            documents[label[0]] += 1
    for name in sorted(losses, key=lambda key: -losses[key]):
        print(f"{name:<28} {losses[name] / tokens_seen[name]:.3f} per token  {losses[name] / sum(losses.values()):.1%} of all loss  {perfect[name] / documents[name]:.0%} of {documents[name]} without a slip")


if __name__ == "__main__":
    main()
