"""Trains the byte-level BPE tokenizer and writes it in the Qwen2 layout.

    python -m training.tokenizer --output assets/embedded

Differences from an ordinary training run: while learning, every Chinese
character stands alone, so a character is always the same token whatever its
neighbours are; digits are single tokens as in Qwen2.
"""

import argparse
import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from .generate import Maker
from .lexicon import ENGLISH, FAMILY, GIVEN, THINGS

SPLIT = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
ALONE = r"[\x{2E80}-\x{9FFF}\x{FF00}-\x{FFEF}\x{3000}-\x{303F}]"
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
PLAIN = ["<think>", "</think>"]

CHAT_TEMPLATE = """{%- if messages[0]['role'] == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message['role'] == 'assistant' %}
        {%- set content = message['content'] %}
        {%- if '<think>' in content and '</think>' in content %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {{- '<|im_start|>assistant\\n' + content + '<|im_end|>\\n' }}
    {%- elif message['role'] == 'user' or (message['role'] == 'system' and not loop.first) %}
        {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""


def corpus(documents: int):
    """Texts to learn merges from, without the special tokens.

    Chinese characters and the syllables of names are repeated, so that even
    the rare ones become single tokens.
    """
    maker, characters = Maker("tokenizer"), set()
    for _ in range(documents):
        for text, _ in maker.document().pieces:
            for token in SPECIAL + PLAIN:
                text = text.replace(token, "\n")
            characters.update(character for character in text if "\u4e00" <= character <= "\u9fff")
            yield text
    characters.update("".join(chinese for chinese, *_ in THINGS))
    for _ in range(600):
        yield "".join(sorted(characters))
        yield "".join(" " + syllable for syllable in {*FAMILY.values(), *GIVEN.values(), *ENGLISH})


def byte_level():
    """The last step of the pre-tokenizer."""
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)


def train(size: int, documents: int) -> Tokenizer:
    """Learn the merges, then give the tokenizer its shipped form."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.Split(Regex(ALONE), "isolated"), byte_level(),
    ])
    trainer = trainers.BpeTrainer(vocab_size=size - len(SPECIAL) - len(PLAIN), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(corpus(documents), trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLIT), "isolated"), byte_level()])
    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, use_regex=False, trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, use_regex=False, trim_offsets=False)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in PLAIN])
    return tokenizer


def save(tokenizer: Tokenizer, folder: Path):
    """tokenizer.json and tokenizer_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    added = {
        str(tokenizer.token_to_id(token)): {"content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": token in SPECIAL}
        for token in SPECIAL + PLAIN
    }
    config = {
        "add_prefix_space": False, "added_tokens_decoder": added, "additional_special_tokens": ["<|im_start|>", "<|im_end|>"], "bos_token": None, "chat_template": CHAT_TEMPLATE,
        "clean_up_tokenization_spaces": False, "eos_token": "<|im_end|>", "errors": "replace", "model_max_length": 4096, "pad_token": "<|endoftext|>", "split_special_tokens": False, "tokenizer_class": "Qwen2Tokenizer", "unk_token": None,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("assets/embedded"))
    parser.add_argument("--size", type=int, default=3072)
    parser.add_argument("--documents", type=int, default=40000)
    options = parser.parse_args()
    tokenizer = train(options.size, options.documents)
    save(tokenizer, options.output)
    print(f"{tokenizer.get_vocab_size()} entries in {options.output}")


if __name__ == "__main__":
    main()
