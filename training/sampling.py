"""Batched sampling from the shipped weights, for evaluation."""

from pathlib import Path

import torch
from tokenizers import Tokenizer

from .export import load_model


def render(messages: list) -> str:
    """The chat template of the tokenizer, by hand."""
    text = ""
    for message in messages:
        content = message["content"]
        if message["role"] == "assistant" and "</think>" in content:
            content = content.split("</think>")[-1].lstrip("\n")
        text += f"<|im_start|>{message['role']}\n{content}<|im_end|>\n"
    return text + "<|im_start|>assistant\n"


class Cache:
    """Keys and values of a batch, written in place."""

    def __init__(self, model, rows: int, length: int):
        self.keys, self.values, self.at = {}, {}, 0
        self.shape = (rows, model.config.num_key_value_heads, length, model.config.head_dim)
        self.count = 0

    def append(self, owner, key, value):
        """Store the new part and return everything so far."""
        if owner not in self.keys:
            self.keys[owner], self.values[owner] = key.new_zeros(self.shape), key.new_zeros(self.shape)
        end = self.at + key.shape[2]
        self.keys[owner][:, :, self.at : end], self.values[owner][:, :, self.at : end] = key, value
        return self.keys[owner][:, :, :end], self.values[owner][:, :, :end]


class Sampler:
    """Answers many prompts at once, left padded."""

    def __init__(self, folder: Path, temperature: float, top_p: float, seed: int, batch: int = 100, limit: int = 420):
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = load_model(folder).to(self.device)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.temperature, self.top_p, self.batch, self.limit = temperature, top_p, batch, limit
        self.generator = torch.Generator(device=self.device).manual_seed(seed)
        self.stops = [self.tokenizer.token_to_id("<|im_end|>"), self.tokenizer.token_to_id("<|endoftext|>")]

    def answer(self, conversations: list) -> list:
        """Texts for (messages, thinking_off) pairs, in order."""
        prompts = [self.tokenizer.encode(render(messages) + ("<think>\n\n</think>\n\n" if off else ""), add_special_tokens=False).ids for messages, off in conversations]
        order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
        texts = [""] * len(prompts)
        for start in range(0, len(order), self.batch):
            chosen = order[start : start + self.batch]
            for index, tokens in zip(chosen, self.generate([prompts[index] for index in chosen])):
                texts[index] = self.tokenizer.decode(tokens, skip_special_tokens=True)
        return texts

    @torch.inference_mode()
    def generate(self, prompts: list) -> list:
        """New tokens of every row."""
        rows, width = len(prompts), max(map(len, prompts))
        total = width + self.limit
        tokens = torch.full((rows, width), self.stops[1], device=self.device)
        visible = torch.zeros(rows, total, dtype=torch.bool, device=self.device)
        for row, prompt in enumerate(prompts):
            tokens[row, width - len(prompt) :] = torch.tensor(prompt, device=self.device)
            visible[row, width - len(prompt) :] = True
        offset = torch.tensor([width - len(prompt) for prompt in prompts], device=self.device)
        cache, outputs, done = Cache(self.model, rows, total), [[] for _ in prompts], torch.zeros(rows, dtype=torch.bool, device=self.device)
        positions = (torch.arange(width, device=self.device)[None] - offset[:, None]).clamp(min=0)
        causal = torch.ones(width, width, dtype=torch.bool, device=self.device).tril()
        mask = causal[None, None] & visible[:, None, None, :width] | torch.eye(width, dtype=torch.bool, device=self.device)
        hidden = self.model.hidden_states(tokens, positions, cache, mask)
        for step in range(self.limit):
            cache.at = width + step
            logits = self.model.logits(hidden[:, -1]).float()
            following = self.pick(logits)
            done |= torch.isin(following, torch.tensor(self.stops, device=self.device))
            for row in torch.nonzero(~done).flatten().tolist():
                outputs[row].append(int(following[row]))
            if bool(done.all()) or step == self.limit - 1:
                break
            end = width + step + 1
            hidden = self.model.hidden_states(following[:, None], (end - 1 - offset)[:, None], cache, visible[:, None, None, :end])
        return outputs

    def pick(self, logits):
        """Temperature and nucleus sampling; temperature 0 is the most likely token."""
        if self.temperature <= 0:
            return logits.argmax(-1)
        probabilities = torch.softmax(logits / self.temperature, dim=-1)
        ordered, indices = probabilities.sort(dim=-1, descending=True)
        ordered[ordered.cumsum(-1) - ordered > self.top_p] = 0
        return indices.gather(1, torch.multinomial(ordered, 1, generator=self.generator)).squeeze(1)
