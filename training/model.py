"""A small Qwen2 language model in plain PyTorch.

Parameter names and the order of operations are those of Hugging Face's
``Qwen2ForCausalLM`` (qkv bias, RMSNorm, SwiGLU, rotary positions, grouped
key/value heads, tied embeddings), so a state dict saved here loads anywhere
that architecture is known.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as functional
from torch import nn


@dataclass
class ModelConfig:
    """The few numbers that decide the shape of the model."""

    vocab_size: int = 1536
    hidden_size: int = 256
    intermediate_size: int = 576
    num_hidden_layers: int = 5
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-6
    max_position_embeddings: int = 4096

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_attention_heads

    def to_dict(self) -> dict:
        """The shape as a plain dictionary."""
        return asdict(self)


def round_to_int8(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Round a matrix to int8 with one scale per row."""
    scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127.0
    return (weight / scale).round().clamp(-127, 127).to(torch.int8), scale.squeeze(1)


class FakeInt8(torch.autograd.Function):
    """Rounds weights to int8 and back in the forward pass only (straight-through)."""

    @staticmethod
    def forward(context, weight):
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127.0
        return (weight / scale).round().clamp(-127, 127) * scale

    @staticmethod
    def backward(context, gradient):
        return gradient


class Switches:
    """Training-time switches shared by all layers of a process."""

    simulate_int8 = False
    # Share of what a layer adds that is left out at random while training.
    dropout = 0.0


def effective(weight: torch.Tensor) -> torch.Tensor:
    """The weight as the shipped file will hold it."""
    return FakeInt8.apply(weight) if Switches.simulate_int8 else weight


class Linear(nn.Linear):
    """A linear layer that can pretend its weight is already int8."""

    def forward(self, inputs):
        return functional.linear(inputs, effective(self.weight), self.bias)


class RMSNorm(nn.Module):
    """Root-mean-square normalisation."""

    def __init__(self, size: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, inputs):
        return functional.rms_norm(inputs, (inputs.shape[-1],), self.weight, self.epsilon)


def rotate_half(inputs):
    """The rotation partner used by rotary positions."""
    first, second = inputs.chunk(2, dim=-1)
    return torch.cat((-second, first), dim=-1)


class Attention(nn.Module):
    """Causal self-attention with grouped key/value heads."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.heads, self.groups, self.width = config.num_attention_heads, config.num_key_value_heads, config.head_dim
        self.q_proj = Linear(config.hidden_size, self.heads * self.width, bias=True)
        self.k_proj = Linear(config.hidden_size, self.groups * self.width, bias=True)
        self.v_proj = Linear(config.hidden_size, self.groups * self.width, bias=True)
        self.o_proj = Linear(self.heads * self.width, config.hidden_size, bias=False)

    def forward(self, hidden, cosine, sine, cache=None, mask=None):
        batch, length, _ = hidden.shape
        query = self.q_proj(hidden).view(batch, length, self.heads, self.width).transpose(1, 2)
        key = self.k_proj(hidden).view(batch, length, self.groups, self.width).transpose(1, 2)
        value = self.v_proj(hidden).view(batch, length, self.groups, self.width).transpose(1, 2)
        query = query * cosine + rotate_half(query) * sine
        key = key * cosine + rotate_half(key) * sine
        if cache is not None:
            key, value = cache.append(self, key, value)
        repeats = self.heads // self.groups
        key, value = key.repeat_interleave(repeats, dim=1), value.repeat_interleave(repeats, dim=1)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=mask is None)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1))


class MLP(nn.Module):
    """The gated feed-forward part of a layer."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.gate_proj = Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, hidden):
        return self.down_proj(functional.silu(self.gate_proj(hidden)) * self.up_proj(hidden))


class Layer(nn.Module):
    """One transformer layer."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.self_attn = Attention(config)
        self.mlp = MLP(config)
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)

    def forward(self, hidden, cosine, sine, cache=None, mask=None):
        hidden = hidden + self.thinned(self.self_attn(self.input_layernorm(hidden), cosine, sine, cache, mask))
        return hidden + self.thinned(self.mlp(self.post_attention_layernorm(hidden)))

    def thinned(self, added):
        """Dropout, while training only."""
        return functional.dropout(added, Switches.dropout) if self.training and Switches.dropout else added


class Backbone(nn.Module):
    """Embeddings, layers and the final normalisation."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)


class LanguageModel(nn.Module):
    """The whole model; the output matrix is the embedding matrix."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        self.model = Backbone(config)
        frequencies = 1.0 / config.rope_theta ** (torch.arange(0, config.head_dim, 2).float() / config.head_dim)
        angles = torch.outer(torch.arange(config.max_position_embeddings).float(), frequencies)
        angles = torch.cat((angles, angles), dim=-1)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                deviation = 0.02
                if name.endswith(("o_proj.weight", "down_proj.weight")):
                    deviation = 0.02 / (2 * config.num_hidden_layers) ** 0.5
                nn.init.normal_(parameter, std=deviation)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def hidden_states(self, tokens, positions=None, cache=None, mask=None):
        """Final hidden states; `positions` default to 0, 1, 2, …"""
        if positions is None:
            positions = torch.arange(tokens.shape[1], device=tokens.device)
        cosine, sine = self.cosine[positions], self.sine[positions]
        if positions.dim() == 2:
            cosine, sine = cosine.unsqueeze(1), sine.unsqueeze(1)
        hidden = functional.embedding(tokens, effective(self.model.embed_tokens.weight))
        for layer in self.model.layers:
            hidden = layer(hidden, cosine, sine, cache, mask)
        return self.model.norm(hidden)

    def logits(self, hidden):
        """Scores of every vocabulary entry."""
        return functional.linear(hidden, effective(self.model.embed_tokens.weight))

    def loss(self, tokens, targets):
        """Mean cross-entropy where `targets` is not -100, shifted by the caller.

        Only the positions that count are projected to the vocabulary. They are counted where
        `targets` is, which may be the processor while `tokens` are on a GPU: it need not be waited for.
        """
        hidden = self.hidden_states(tokens)
        wanted = targets.reshape(-1)
        chosen = (wanted >= 0).nonzero().squeeze(1)
        wanted = wanted[chosen]
        # Few different sizes, for the same reason as in the batches; what is added does not count.
        added = -len(chosen) % 64
        chosen, wanted = functional.pad(chosen, (0, added)), functional.pad(wanted, (0, added), value=-100)
        chosen, wanted = chosen.to(hidden.device, non_blocking=True), wanted.to(hidden.device, non_blocking=True)
        selected = hidden.reshape(-1, hidden.shape[-1])[chosen]
        return functional.cross_entropy(self.logits(selected).float(), wanted)
