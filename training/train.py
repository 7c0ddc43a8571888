"""Trains the model from the generator.

    python -m training.train --minutes 120 --output build/run
    python -m training.train --minutes 30 --output build/run --init-from assets/embedded

Uses CUDA when present, else one process per CPU core; matrix products are in
bfloat16 where the hardware has it, else in float32 as weights and optimisers are.
The learning rate warms up, stays, and goes to zero over the last part; in that
part, or the last `--rounded` of the run, the weights are rounded to int8 in the forward pass, as they will be
shipped. `checkpoint.pt` is written every few minutes; run the same command
with `--resume` to continue. `--keep-at` also writes `after-MINUTES.pt`, a running
mean of the weights of the last steps: what a run that ended there would come
near to (Izmailov et al., "Averaging Weights Leads to Wider Optima and Better
Generalization", arXiv:1803.05407).

On a GPU one step of the two cores' size takes no less time than a large one, so
there it is

    python -m training.train --tokens 32768 --accumulate 2 --rate 1e-3 --matrix-rate 0.01 --warmup 100 ...
"""

import argparse
import json
import os
import time
from pathlib import Path

import torch
import torch.multiprocessing as multiprocessing
from torch.utils.data import DataLoader

from .batches import Batches
from .exchange import Exchange
from .model import LanguageModel, ModelConfig, Switches
from .muon import Muon
from .registry import load_tasks


def schedule(elapsed: float, step: int, options) -> float:
    """Learning-rate factor from wall-clock time."""
    warm = min(1.0, (step + 1) / options.warmup)
    start = options.minutes * (1 - options.decay)
    if elapsed <= start:
        return warm
    return warm * max(0.0, (options.minutes - elapsed) / (options.minutes - start))


def centre(embedding: torch.Tensor):
    """Remove the mean row.

    The scores do not change, but with tied embeddings the mean would otherwise
    grow (every step pushes all absent tokens the same way) until all inputs
    look alike.
    """
    embedding.sub_(embedding.mean(dim=0, keepdim=True))


def shape(options) -> ModelConfig:
    """That of the weights to start from, else what the options say."""
    if options.init_from:
        raw = json.loads((Path(options.init_from) / "config.json").read_text())
        return ModelConfig(**{name: raw[name] for name in ModelConfig().to_dict()})
    from tokenizers import Tokenizer

    return ModelConfig(
        vocab_size=Tokenizer.from_file(options.tokenizer).get_vocab_size(), hidden_size=options.hidden, intermediate_size=options.intermediate,
        num_hidden_layers=options.layers, num_attention_heads=options.heads, num_key_value_heads=options.groups)


class Mean:
    """A running mean of the weights over about the last `1 / (1 - keep)` steps."""

    def __init__(self, parameters: list, keep: float):
        self.parameters, self.keep, self.steps = parameters, keep, 0
        self.values = [parameter.detach().clone() for parameter in parameters]

    def update(self):
        """Take in the weights after a step; at first the mean is over fewer steps."""
        self.steps += 1
        torch._foreach_lerp_(self.values, self.parameters, 1 - min(self.keep, self.steps / (self.steps + 10)))

    def save(self, model: LanguageModel, file: Path):
        """Write what `training.export` reads."""
        averaged = {id(parameter): value for parameter, value in zip(self.parameters, self.values)}
        weights = {name: averaged[id(parameter)].cpu().clone() for name, parameter in model.named_parameters()}
        torch.save({"config": model.config.to_dict(), "model": weights}, file)


def train(rank: int, world: int, options, exchange: Exchange):
    """One process of the training run."""
    exchange.rank = rank
    cuda = torch.cuda.is_available()
    device = torch.device("cuda" if cuda else "cpu")
    if not cuda:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // world))
    # Without instructions for it, a processor multiplies bfloat16 eight times slower than float32.
    fast_bfloat16 = cuda or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    torch.manual_seed(options.seed)
    output = Path(options.output)
    output.mkdir(parents=True, exist_ok=True)
    state_file = output / "checkpoint.pt"
    state = torch.load(state_file, weights_only=False) if options.resume and state_file.exists() else None
    config = ModelConfig(**state["config"]) if state else shape(options)
    model = LanguageModel(config)
    step, seen = 0, 0
    if state:
        model.load_state_dict(state["model"])
        step, seen = state["step"], state["tokens"]
    elif options.init_from:
        from .export import load_weights

        model.load_state_dict(load_weights(Path(options.init_from)))
    model.to(device)
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and ".layers." in name]
    others = [p for name, p in model.named_parameters() if not (p.dim() == 2 and ".layers." in name)]
    everything = matrices + others
    muon = Muon(matrices, options.matrix_rate, exchange=exchange, kind=torch.bfloat16 if fast_bfloat16 else torch.float32)
    adam = torch.optim.AdamW(others, lr=options.rate, betas=(0.9, 0.95), weight_decay=0.0)
    if state and "muon" in state and not options.fresh_optimizer:
        muon.load_state_dict(state["muon"])
        adam.load_state_dict(state["adam"])
    if rank == 0:
        print(f"{sum(p.numel() for p in everything) / 1e6:.2f} M parameters, {world} processes, {device}, {'bfloat16' if fast_bfloat16 else 'float32'}", flush=True)
    for task, weight in options.weight:
        load_tasks()[task].weight = weight
    stream = Batches(options.tokenizer, f"{options.seed}-{rank}-{step}", options.tokens, drills=options.drills)
    loader = iter(DataLoader(stream, batch_size=None, num_workers=options.workers if cuda else 0, prefetch_factor=8 if cuda and options.workers else None, pin_memory=cuda))
    mean = Mean(everything, options.mean) if rank == 0 and options.keep_at else None
    wanted = sorted(options.keep_at)
    begun, saved, shown, losses, recent = time.time(), time.time(), time.time(), [], 0
    while True:
        elapsed = (time.time() - begun) / 60
        clock = torch.tensor([elapsed])
        exchange.sum([clock], 1 / world)  # all must decide alike
        elapsed = clock.item()
        factor = schedule(elapsed, step, options)
        Switches.simulate_int8 = elapsed > options.minutes * (1 - min(options.decay, options.rounded))
        Switches.dropout = options.dropout * (elapsed < options.minutes * (1 - options.undropped))
        for parameter in everything:
            parameter.grad = None
        batches = [next(loader) for _ in range(options.accumulate)]
        counts = [max(1, int((targets >= 0).sum())) for _, targets in batches]
        for count, (inputs, targets) in zip(counts, batches):
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast_bfloat16):
                loss = model.loss(inputs.to(device, non_blocking=True), targets) * (count / sum(counts))
            loss.backward()
            losses.append(loss.detach())
            recent += inputs.numel() * world
        with torch.no_grad():
            exchange.sum([p.grad for p in everything], 1 / world)
            torch.nn.utils.clip_grad_norm_(others, 1.0)
            muon.step(factor)
            for group in adam.param_groups:
                group["lr"] = options.rate * factor
            adam.step()
            centre(model.model.embed_tokens.weight)
            if mean:
                mean.update()
        step += 1
        finished = elapsed >= options.minutes
        if mean and wanted and elapsed >= wanted[0]:
            mean.save(model, output / f"after-{wanted.pop(0):g}.pt")
        if rank == 0 and (step % options.show_every == 0 or finished):
            seen += recent
            lost = torch.stack(losses).mean().item() * options.accumulate
            print(f"step {step}  {elapsed:6.1f} min  loss {lost:.4f}  rate x{factor:.3f}  {recent / (time.time() - shown):.0f} tokens/s  {seen / 1e6:.2f} M tokens", flush=True)
            losses, recent, shown = [], 0, time.time()
        if rank == 0 and (finished or time.time() - saved > options.save_every * 60):
            saved = time.time()
            torch.save({"config": config.to_dict(), "model": model.state_dict(), "muon": muon.state_dict(), "adam": adam.state_dict(), "step": step, "tokens": seen}, str(state_file) + ".part")
            os.replace(str(state_file) + ".part", state_file)
        if finished:
            break
    if rank == 0:
        (output / "training.json").write_text(json.dumps({"steps": step, "tokens": seen, "seed": options.seed, "minutes": options.minutes}, indent=2) + "\n")


def weighed(text: str) -> tuple[str, float]:
    """A task and its weight."""
    task, weight = text.split("=")
    if task not in load_tasks():
        raise argparse.ArgumentTypeError(f"there is no task {task}: {', '.join(load_tasks())}")
    return task, float(weight)


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="build/run")
    parser.add_argument("--tokenizer", default="assets/embedded/tokenizer.json")
    parser.add_argument("--minutes", type=float, default=120, help="wall-clock length of this run")
    parser.add_argument("--decay", type=float, default=0.25, help="last share of the run, in which the rate goes to zero")
    parser.add_argument("--rounded", type=float, default=1.0, help="last share of the run, in which weights are rounded, if less than --decay")
    parser.add_argument("--dropout", type=float, default=0.0, help="share of what a layer adds that is left out at random")
    parser.add_argument("--undropped", type=float, default=0.0, help="last share of the run, without dropout")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=0, help="0: one per core, or one on CUDA")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="generator processes beside a GPU")
    parser.add_argument("--tokens", type=int, default=2048, help="tokens per process and step")
    parser.add_argument("--accumulate", type=int, default=1, help="batches per process and step")
    parser.add_argument("--drills", type=int, default=0, help="copying drills per about 20 batches")
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--matrix-rate", type=float, default=0.005)
    parser.add_argument("--warmup", type=int, default=40)
    parser.add_argument("--save-every", type=float, default=5, help="minutes")
    parser.add_argument("--show-every", type=int, default=25, help="steps")
    parser.add_argument("--keep-at", type=float, nargs="*", default=[], metavar="MINUTES", help="write the running mean of the weights then as well")
    parser.add_argument("--mean", type=float, default=0.998, help="what a step leaves of the running mean")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--intermediate", type=int, default=512)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--groups", type=int, default=2)
    parser.add_argument("--init-from", help="folder with weights.safetensors and config.json, whose shape is kept")
    parser.add_argument("--weight", type=weighed, action="append", default=[], metavar="TASK=WEIGHT", help="how often a task is drawn in this run; several times")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--fresh-optimizer", action="store_true")
    options = parser.parse_args()
    world = options.processes or (1 if torch.cuda.is_available() else os.cpu_count() or 1)
    # More numbers than a model of this kind has; untouched pages cost nothing.
    exchange = Exchange(world, 1 << 26 if world > 1 else 0)
    if world == 1:
        train(0, 1, options, exchange)
    else:
        multiprocessing.spawn(train, args=(world, options, exchange), nprocs=world)


if __name__ == "__main__":
    main()
