#!/usr/bin/env python3
"""Writes the embedded model as one GGUF file in F16, so that llama.cpp can run the same weights.

Run with: tests/clients/standard/gguf_of_embedded.py FILE [FOLDER]

FOLDER is the one with the shipped files (default: assets/embedded). It needs the packages gguf and
safetensors, and nothing of the training.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy
from safetensors.numpy import load_file

ASSETS = Path(__file__).resolve().parents[3] / "assets" / "embedded"
ARCHITECTURE = gguf.MODEL_ARCH.QWEN2


def weights(folder):
    """The matrices are stored as int8 with one number per row beside them; all else is float32."""
    stored = load_file(folder / "weights.safetensors")
    for name, tensor in stored.items():
        if name.endswith(".scale"):
            continue
        if tensor.dtype == numpy.int8:
            values = tensor.astype(numpy.float32) * stored[f"{name}.scale"][:, None]
            yield name, values.astype(numpy.float16)
        else:
            # llama.cpp wants norms and biases in float32.
            yield name, tensor.astype(numpy.float32)


def add_tokenizer(writer, folder, config):
    """Byte-level pairs. How text is cut into words before them is what llama.cpp calls "qwen2": the
    expression is the same, and a digit is a word of its own in both."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    tokens = {number: text for text, number in tokenizer["model"]["vocab"].items()}
    kinds = dict.fromkeys(tokens, gguf.TokenType.NORMAL)
    for added in tokenizer["added_tokens"]:
        tokens[added["id"]] = added["content"]
        # The tags of the thinking are written out, as any text is; what ends a turn is not.
        kinds[added["id"]] = gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED
    if sorted(tokens) != list(range(config["vocab_size"])):
        sys.exit("the tokenizer's tokens are not those of the weights")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([tokens[number] for number in sorted(tokens)])
    writer.add_token_types([kinds[number] for number in sorted(tokens)])
    writer.add_token_merges([" ".join(pair) for pair in tokenizer["model"]["merges"]])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_pad_token_id(config["bos_token_id"])
    # The template begins a conversation; nothing comes before it.
    writer.add_add_bos_token(False)
    writer.add_chat_template(settings["chat_template"])


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = Path(sys.argv[2]) if len(sys.argv) == 3 else ASSETS
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    writer = gguf.GGUFWriter(sys.argv[1], gguf.MODEL_ARCH_NAMES[ARCHITECTURE])
    writer.add_name("ponder-embedded")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    add_tokenizer(writer, folder, config)
    # There is no output layer among them: it is the table of the tokens, and llama.cpp knows that.
    names = gguf.get_tensor_name_map(ARCHITECTURE, config["num_hidden_layers"])
    for name, values in weights(folder):
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight", ".bias")), values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
