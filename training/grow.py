"""Makes the shipped model deeper without changing what it says.

    python -m training.grow --layers 10 --output build/grown

New layers come behind old ones, evenly. What a new layer adds to the residual
stream is zero at first, so the deeper model answers exactly as the shipped one
and training goes on from there (Chen et al., "Net2Net", arXiv:1511.05641; the
same with zero outputs in LLaMA Pro, arXiv:2401.02415). Train on with

    python -m training.train --init-from build/grown ...
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from .export import ASSETS, hugging_face_config, load_weights, write_json
from .model import LanguageModel, ModelConfig, round_to_int8

# The matrices through which a layer adds to the residual stream.
OUTPUTS = ("self_attn.o_proj.weight", "mlp.down_proj.weight")


def places(old: int, new: int) -> list[int | None]:
    """Which old layer each new one is; None for a layer that is added."""
    kept = {(index + 1) * new // old - 1 - (new // old - 1): index for index in range(old)}
    return [kept.get(position) for position in range(new)]


def grow(weights: dict, old: ModelConfig, layers: int) -> dict:
    """The weights of the deeper model."""
    torch.manual_seed(0)
    deeper = LanguageModel(ModelConfig(**{**old.to_dict(), "num_hidden_layers": layers})).state_dict()
    grown = {name: tensor for name, tensor in weights.items() if ".layers." not in name}
    for position, source in enumerate(places(old.num_hidden_layers, layers)):
        prefix = f"model.layers.{position}."
        for name in (name for name in deeper if name.startswith(prefix)):
            part = name.removeprefix(prefix)
            if source is not None:
                grown[name] = weights[f"model.layers.{source}.{part}"]
            else:
                grown[name] = torch.zeros_like(deeper[name]) if part in OUTPUTS else deeper[name].float()
    return grown


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, required=True)
    parser.add_argument("--from", dest="source", type=Path, default=ASSETS)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    raw = json.loads((options.source / "config.json").read_text())
    old = ModelConfig(**{name: raw[name] for name in ModelConfig().to_dict()})
    if options.layers <= old.num_hidden_layers:
        parser.error(f"--layers must be over {old.num_hidden_layers}")
    shutil.copytree(options.source, options.output, dirs_exist_ok=True)
    grown = grow(load_weights(options.source), old, options.layers)
    tensors = {}
    for name, tensor in grown.items():
        if tensor.dim() == 2:
            tensors[name], tensors[f"{name}.scale"] = round_to_int8(tensor)
        else:
            tensors[name] = tensor.contiguous()
    save_file(tensors, options.output / "weights.safetensors", metadata={"format": "pt"})
    new = ModelConfig(**{**old.to_dict(), "num_hidden_layers": options.layers})
    write_json(options.output / "config.json", hugging_face_config(new, raw["eos_token_id"], raw["bos_token_id"]))
    print(f"{sum(tensor.numel() for tensor in grown.values()) / 1e6:.2f} M parameters in {options.output}")


if __name__ == "__main__":
    main()
