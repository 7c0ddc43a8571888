//! Writes tiny Qwen2 folders: the architecture, chat template and special tokens of VibeThinker,
//! with weights that are random or that spell out a fixed text.

use std::{collections::HashMap, fs, path::Path};

use safetensors::{Dtype, tensor::TensorView};
use serde_json::json;
use tokenizers::{
    AddedToken, Tokenizer, decoders::byte_level::ByteLevel, models::bpe::BPE,
    pre_tokenizers::byte_level::ByteLevel as Words,
};

/// Bytes, one pair of them, and the special tokens after that.
const VOCABULARY: usize = 264;
/// As wide as the vocabulary needs, so that every token can have a direction of its own.
const HIDDEN: usize = 320;
const LAYERS: usize = 2;

/// The chat template that Qwen2.5 models carry, shortened to what concerns conversations.
pub(crate) const TEMPLATE: &str = "{%- if messages[0]['role'] == 'system' %}\n    {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}\n{%- else %}\n    {{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}\n{%- endif %}\n{%- for message in messages %}\n    {%- if (message.role == \"user\") or (message.role == \"system\" and not loop.first) or (message.role == \"assistant\") %}\n        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}\n    {%- endif %}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}\n";

/// What the weights do.
pub(crate) enum Behaviour {
    /// Nothing sensible, but always the same for the same seed.
    Random(u64),
    /// After the line break that ends the prompt, these tokens follow one after the other. Each may
    /// appear once.
    Spell(&'static [&'static str]),
    /// In each of these rows, every token is followed by the next one.
    Table(&'static [&'static [&'static str]]),
}

/// Writes the model into `folder`, in the layout of the hub, configured as newer exporters do.
pub(crate) fn write(folder: &Path, behaviour: &Behaviour) {
    fs::create_dir_all(folder).unwrap();
    let tokenizer = tokenizer();
    tokenizer.save(folder.join("tokenizer.json"), false).unwrap();
    let id = |text: &str| tokenizer.token_to_id(text).expect(text);
    let json_files = [
        (
            "config.json",
            json!({
                "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2",
                "vocab_size": VOCABULARY, "hidden_size": HIDDEN, "intermediate_size": 64,
                "num_hidden_layers": LAYERS, "num_attention_heads": 4, "num_key_value_heads": 2,
                "max_position_embeddings": 8192, "rms_norm_eps": 1e-6, "hidden_act": "silu",
                "tie_word_embeddings": false, "use_sliding_window": false,
                "sliding_window": null, "torch_dtype": "float32",
                "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
                "eos_token_id": id("<|im_end|>"),
            }),
        ),
        (
            "generation_config.json",
            json!({"eos_token_id": [id("<|im_end|>"), id("<|endoftext|>")]}),
        ),
        (
            "tokenizer_config.json",
            json!({"chat_template": TEMPLATE, "eos_token": "<|im_end|>", "bos_token": null}),
        ),
    ];
    for (name, value) in json_files {
        fs::write(folder.join(name), value.to_string()).unwrap();
    }
    let tensors = tensors(behaviour, &id);
    let views: Vec<_> = tensors
        .iter()
        .map(|(name, (shape, bytes))| {
            (name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
        })
        .collect();
    safetensors::serialize_to_file(views, None, &folder.join("model.safetensors")).unwrap();
}

pub(crate) fn tokenizer() -> Tokenizer {
    let mut letters: Vec<char> = Words::alphabet().into_iter().collect();
    letters.sort_unstable();
    let texts = letters.into_iter().map(String::from).chain(["qz".to_owned()]);
    let vocabulary: HashMap<String, u32> = (0..).zip(texts).map(|(id, text)| (text, id)).collect();
    let model = BPE::builder()
        .vocab_and_merges(
            vocabulary.into_iter().collect::<tokenizers::models::bpe::Vocab>(),
            vec![("q".to_owned(), "z".to_owned())],
        )
        .build()
        .unwrap();
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_pre_tokenizer(Some(Words::new(false, true, false)));
    tokenizer.with_decoder(Some(ByteLevel::new(false, false, false)));
    tokenizer.add_special_tokens(
        &["<|endoftext|>", "<|im_start|>", "<|im_end|>"].map(|text| AddedToken::from(text, true)),
    );
    // As in the tokenizer of Qwen2.5, tags are tokens but not special ones.
    let tags = ["<think>", "</think>", "<tool_call>", "</tool_call>"];
    tokenizer.add_tokens(&tags.map(|text| AddedToken::from(text, false)));
    tokenizer
}

type Tensors = Vec<(String, (Vec<usize>, Vec<u8>))>;

fn tensors(behaviour: &Behaviour, id: &impl Fn(&str) -> u32) -> Tensors {
    let mut random = match behaviour {
        Behaviour::Random(seed) => *seed,
        Behaviour::Spell(_) | Behaviour::Table(_) => 0,
    };
    let mut tensor = |name: &str, shape: &[usize], fill: Fill| {
        let length: usize = shape.iter().product();
        let values = (0..length).map(|_| match fill {
            Fill::Constant(value) => value,
            Fill::Random if !matches!(behaviour, Behaviour::Random(_)) => 0.0,
            Fill::Random => {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                ((random >> 40) as f32 / (1u32 << 24) as f32 - 0.5) * 0.2
            }
        });
        (name.to_owned(), (shape.to_vec(), values.flat_map(f32::to_le_bytes).collect::<Vec<u8>>()))
    };
    let mut tensors = vec![
        tensor("model.embed_tokens.weight", &[VOCABULARY, HIDDEN], Fill::Random),
        tensor("lm_head.weight", &[VOCABULARY, HIDDEN], Fill::Random),
        tensor("model.norm.weight", &[HIDDEN], Fill::Constant(1.0)),
    ];
    for layer in 0..LAYERS {
        let name = |part: &str| format!("model.layers.{layer}.{part}");
        let (queries, keys) = (HIDDEN, HIDDEN / 2);
        for (part, shape, fill) in [
            ("input_layernorm.weight", vec![HIDDEN], Fill::Constant(1.0)),
            ("post_attention_layernorm.weight", vec![HIDDEN], Fill::Constant(1.0)),
            ("self_attn.q_proj.weight", vec![queries, HIDDEN], Fill::Random),
            ("self_attn.q_proj.bias", vec![queries], Fill::Random),
            ("self_attn.k_proj.weight", vec![keys, HIDDEN], Fill::Random),
            ("self_attn.k_proj.bias", vec![keys], Fill::Random),
            ("self_attn.v_proj.weight", vec![keys, HIDDEN], Fill::Random),
            ("self_attn.v_proj.bias", vec![keys], Fill::Random),
            ("self_attn.o_proj.weight", vec![HIDDEN, queries], Fill::Random),
            ("mlp.gate_proj.weight", vec![64, HIDDEN], Fill::Random),
            ("mlp.up_proj.weight", vec![64, HIDDEN], Fill::Random),
            ("mlp.down_proj.weight", vec![HIDDEN, 64], Fill::Random),
        ] {
            tensors.push(tensor(&name(part), &shape, fill));
        }
    }
    let spelled;
    let rows: &[&[&str]] = match behaviour {
        Behaviour::Random(_) => &[],
        Behaviour::Spell(text) => {
            spelled = [&["Ċ"], *text].concat();
            &[&spelled]
        }
        Behaviour::Table(rows) => rows,
    };
    if !rows.is_empty() {
        // With the layers silent, the state is the last token's own direction, and the output layer
        // is a table from each token to the next.
        for token in 0..VOCABULARY {
            put(&mut tensors[0].1.1, token, token, 1.0);
        }
        for (last, next) in rows.iter().flat_map(|row| row.iter().zip(&row[1..])) {
            put(&mut tensors[1].1.1, id(next) as usize, id(last) as usize, 5.0);
        }
    }
    tensors
}

#[derive(Clone, Copy)]
enum Fill {
    Constant(f32),
    Random,
}

fn put(bytes: &mut [u8], row: usize, column: usize, value: f32) {
    let start = (row * HIDDEN + column) * 4;
    bytes[start..start + 4].copy_from_slice(&value.to_le_bytes());
}

/// Takes the last `missing` rows from the tables of a model that [`write()`] has written, as some
/// checkpoints lack them: their tokenizer knows tokens that their weights do not.
pub(crate) fn lose_rows(folder: &Path, missing: usize) {
    let rows = VOCABULARY - missing;
    let config = folder.join("config.json");
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&config).unwrap()).unwrap();
    json["vocab_size"] = json!(rows);
    fs::write(config, json.to_string()).unwrap();
    let file = folder.join("model.safetensors");
    let bytes = fs::read(&file).unwrap();
    let whole = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let views: Vec<_> = whole
        .tensors()
        .into_iter()
        .map(|(name, tensor)| {
            let mut shape = tensor.shape().to_vec();
            if shape[0] == VOCABULARY {
                shape[0] = rows;
            }
            let length = shape.iter().product::<usize>() * 4;
            (name, TensorView::new(Dtype::F32, shape, &tensor.data()[..length]).unwrap())
        })
        .collect();
    safetensors::serialize_to_file(views, None, &folder.join("shorter.safetensors")).unwrap();
    fs::rename(folder.join("shorter.safetensors"), file).unwrap();
}

/// Writes the same model as one GGUF file, as converters do.
pub(crate) fn write_gguf(file: &Path, behaviour: &Behaviour) {
    let tokenizer = tokenizer();
    let id = |text: &str| tokenizer.token_to_id(text).expect(text);
    let texts: Vec<String> =
        (0..VOCABULARY as u32).map(|id| tokenizer.id_to_token(id).unwrap()).collect();
    // 1: ordinary, 3: control, 4: defined by the user.
    let kinds: Vec<i32> = texts
        .iter()
        .map(|text| match text.as_str() {
            "<think>" | "</think>" => 4,
            text if text.starts_with("<|") => 3,
            _ => 1,
        })
        .collect();
    let mut metadata = GgufMetadata::default();
    metadata.text("general.architecture", "qwen2");
    for (name, number) in [
        ("attention.head_count", 4),
        ("attention.head_count_kv", 2),
        ("block_count", LAYERS as u32),
        ("embedding_length", HIDDEN as u32),
        ("feed_forward_length", 64),
        ("context_length", 8192),
    ] {
        metadata.number(&format!("qwen2.{name}"), number);
    }
    metadata.float("qwen2.attention.layer_norm_rms_epsilon", 1e-6);
    metadata.float("qwen2.rope.freq_base", 10_000.0);
    metadata.text("tokenizer.ggml.model", "gpt2");
    metadata.text("tokenizer.ggml.pre", "qwen2");
    metadata.texts("tokenizer.ggml.tokens", &texts);
    metadata.integers("tokenizer.ggml.token_type", &kinds);
    metadata.texts("tokenizer.ggml.merges", &["q z".to_owned()]);
    metadata.number("tokenizer.ggml.eos_token_id", id("<|im_end|>"));
    metadata.number("tokenizer.ggml.bos_token_id", id("<|endoftext|>"));
    metadata.text("tokenizer.chat_template", TEMPLATE);

    let tensors = tensors(behaviour, &id);
    let mut bytes = Vec::from(*b"GGUF");
    bytes.extend(3u32.to_le_bytes());
    bytes.extend((tensors.len() as u64).to_le_bytes());
    bytes.extend(metadata.entries.to_le_bytes());
    bytes.extend(metadata.bytes);
    let mut data = Vec::new();
    for (name, (shape, values)) in &tensors {
        push_text(&mut bytes, &gguf_name(name));
        bytes.extend((shape.len() as u32).to_le_bytes());
        // This format counts dimensions from the innermost.
        for length in shape.iter().rev() {
            bytes.extend((*length as u64).to_le_bytes());
        }
        bytes.extend(0u32.to_le_bytes());
        bytes.extend((data.len() as u64).to_le_bytes());
        data.extend(values);
        data.resize(data.len().next_multiple_of(32), 0);
    }
    bytes.resize(bytes.len().next_multiple_of(32), 0);
    bytes.extend(data);
    fs::write(file, bytes).unwrap();
}

fn gguf_name(name: &str) -> String {
    [
        ("model.layers.", "blk."),
        ("model.embed_tokens", "token_embd"),
        ("model.norm", "output_norm"),
        ("lm_head", "output"),
        ("input_layernorm", "attn_norm"),
        ("post_attention_layernorm", "ffn_norm"),
        ("self_attn.q_proj", "attn_q"),
        ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.o_proj", "attn_output"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
    ]
    .iter()
    .fold(name.to_owned(), |name, (from, to)| name.replace(from, to))
}

#[derive(Default)]
struct GgufMetadata {
    entries: u64,
    bytes: Vec<u8>,
}

impl GgufMetadata {
    fn entry(&mut self, name: &str, kind: u32) {
        self.entries += 1;
        push_text(&mut self.bytes, name);
        self.bytes.extend(kind.to_le_bytes());
    }

    fn number(&mut self, name: &str, number: u32) {
        self.entry(name, 4);
        self.bytes.extend(number.to_le_bytes());
    }

    fn float(&mut self, name: &str, number: f32) {
        self.entry(name, 6);
        self.bytes.extend(number.to_le_bytes());
    }

    fn text(&mut self, name: &str, text: &str) {
        self.entry(name, 8);
        push_text(&mut self.bytes, text);
    }

    fn texts(&mut self, name: &str, texts: &[String]) {
        self.list(name, 8, texts.len());
        for text in texts {
            push_text(&mut self.bytes, text);
        }
    }

    fn integers(&mut self, name: &str, numbers: &[i32]) {
        self.list(name, 5, numbers.len());
        self.bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    fn list(&mut self, name: &str, kind: u32, length: usize) {
        self.entry(name, 9);
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend((length as u64).to_le_bytes());
    }
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}
