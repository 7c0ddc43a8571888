"""Turns a training checkpoint into the shipped files, and back.

    python -m training.export --checkpoint build/run/checkpoint.pt      write assets/embedded
    python -m training.export --checkpoint ... --blend 0.5              half of that, half of what is there
    python -m training.export --hf build/plain                          the same weights as an ordinary F16 folder
    python -m training.export --zero build/zero                         that folder with all weights zero

`weights.safetensors` holds every matrix as int8 `NAME` with one float per row
in `NAME.scale`; all other tensors are float32. Names are those of Hugging Face.

A run that started from the shipped weights may be blended with them: what it
learnt stays for the most part, and so does what it lost (Wortsman et al.,
"Robust fine-tuning of zero-shot models", arXiv:2109.01903).
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .model import LanguageModel, ModelConfig, round_to_int8
from .tokenizer import SPECIAL

ASSETS = Path(__file__).resolve().parent.parent / "assets" / "embedded"


def write_json(path: Path, value: dict):
    """Pretty JSON with a final newline."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def hugging_face_config(config: ModelConfig, eos: int, padding: int) -> dict:
    """config.json in the form older readers understand too."""
    return {
        "architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": padding, "eos_token_id": eos, "hidden_act": "silu",
        "hidden_size": config.hidden_size, "initializer_range": 0.02, "intermediate_size": config.intermediate_size, "max_position_embeddings": config.max_position_embeddings,
        "max_window_layers": config.num_hidden_layers, "model_type": "qwen2", "num_attention_heads": config.num_attention_heads, "num_hidden_layers": config.num_hidden_layers,
        "num_key_value_heads": config.num_key_value_heads, "rms_norm_eps": config.rms_norm_eps, "rope_theta": config.rope_theta, "sliding_window": config.max_position_embeddings,
        "tie_word_embeddings": True, "torch_dtype": "float16", "transformers_version": "4.46.0", "use_cache": True, "use_sliding_window": False, "vocab_size": config.vocab_size,
    }


def save_assets(checkpoint: Path, folder: Path, share: float = 1.0):
    """Write weights, config and generation config; the tokenizer is there already.

    With a `share` under 1 the rest comes from the weights in the folder.
    """
    from tokenizers import Tokenizer

    state = torch.load(checkpoint, map_location="cpu", weights_only=False)
    before = load_weights(folder) if share < 1 else {}
    tensors = {}
    for name, tensor in state["model"].items():
        tensor = tensor.float()
        if share < 1:
            tensor = (1 - share) * before[name] + share * tensor
        if tensor.dim() == 2:
            tensors[name], tensors[f"{name}.scale"] = round_to_int8(tensor)
        else:
            tensors[name] = tensor.contiguous()
    save_file(tensors, folder / "weights.safetensors", metadata={"format": "pt"})
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    eos, padding = tokenizer.token_to_id(SPECIAL[2]), tokenizer.token_to_id(SPECIAL[0])
    write_json(folder / "config.json", hugging_face_config(ModelConfig(**state["config"]), eos, padding))
    write_json(folder / "generation_config.json", {"bos_token_id": padding, "do_sample": True, "eos_token_id": [eos, padding], "max_new_tokens": 2048, "pad_token_id": padding, "temperature": 0.2, "top_p": 0.95})


def load_weights(folder: Path) -> dict:
    """The shipped weights as float32, rounding included."""
    stored = load_file(folder / "weights.safetensors")
    return {name: tensor.float() * stored[f"{name}.scale"][:, None] if tensor.dtype == torch.int8 else tensor for name, tensor in stored.items() if not name.endswith(".scale")}


def load_model(folder: Path) -> LanguageModel:
    """The shipped model, ready to run."""
    raw = json.loads((folder / "config.json").read_text())
    model = LanguageModel(ModelConfig(**{name: raw[name] for name in ModelConfig().to_dict()}))
    model.load_state_dict(load_weights(folder))
    return model.eval()


def save_plain(folder: Path, target: Path, zero: bool):
    """An ordinary folder: model.safetensors in F16 and the small files."""
    target.mkdir(parents=True, exist_ok=True)
    weights = {name: (torch.zeros_like(tensor) if zero else tensor).to(torch.float16).contiguous() for name, tensor in load_weights(folder).items()}
    save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
    for name in ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folder / name, target / name)


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--blend", type=float, default=1.0, help="share of the checkpoint, from 0 to 1; the rest is what is there")
    parser.add_argument("--assets", type=Path, default=ASSETS)
    parser.add_argument("--hf", type=Path)
    parser.add_argument("--zero", type=Path)
    options = parser.parse_args()
    if options.checkpoint:
        save_assets(options.checkpoint, options.assets, options.blend)
    if options.hf:
        save_plain(options.assets, options.hf, zero=False)
    if options.zero:
        save_plain(options.assets, options.zero, zero=True)
    for file in sorted(options.assets.iterdir()):
        print(f"{file.stat().st_size:>9}  {file.name}")


if __name__ == "__main__":
    main()
