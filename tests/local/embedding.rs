//! Models that make embeddings, on a real engine.

use std::{fs, path::Path, sync::Arc};

use ponder::{
    engine::{
        DeviceChoice, LoadError, embedding,
        hub::HubSettings,
        load::{LoadRequest, Loaded, load},
        source::ModelSource,
    },
    generate::{Embeddings, Generate, GenerateError, RawPrompt, Request, Sampling},
};
use safetensors::{Dtype, tensor::TensorView};
use serde_json::{Value, json};
use tokenizers::processors::template::TemplateProcessing;

use crate::tiny_model;

const HIDDEN: usize = 64;
const HEADS: usize = 4;
const LAYERS: usize = 2;

/// Writes a tiny Qwen3 embedding model in the layout of sentence-transformers. `strength` 0 silences
/// its layers.
fn write(folder: &Path, strength: f32, pooling: &str) {
    fs::create_dir_all(folder.join("1_Pooling")).unwrap();
    let mut tokenizer = tiny_model::tokenizer();
    let end = tokenizer.token_to_id("<|endoftext|>").unwrap();
    // As the tokenizer of Qwen3-Embedding does.
    let frame = TemplateProcessing::builder()
        .try_single("$A <|endoftext|>")
        .unwrap()
        .special_tokens(vec![("<|endoftext|>", end)])
        .build()
        .unwrap();
    tokenizer.with_post_processor(Some(frame));
    tokenizer.save(folder.join("tokenizer.json"), false).unwrap();
    let vocabulary = tokenizer.get_vocab_size(true);
    let mut pool = json!({
        "word_embedding_dimension": HIDDEN, "include_prompt": true, "pooling_mode_cls_token": false,
        "pooling_mode_mean_tokens": false, "pooling_mode_max_tokens": false,
        "pooling_mode_mean_sqrt_len_tokens": false, "pooling_mode_weightedmean_tokens": false,
        "pooling_mode_lasttoken": false,
    });
    pool[format!("pooling_mode_{pooling}")] = true.into();
    let module = |index: u32, path: &str, kind: &str| {
        json!({"idx": index, "name": index.to_string(), "path": path,
            "type": format!("sentence_transformers.models.{kind}")})
    };
    for (name, value) in [
        (
            "config.json",
            json!({
                "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": vocabulary,
                "hidden_size": HIDDEN, "intermediate_size": 96, "num_hidden_layers": LAYERS,
                "num_attention_heads": HEADS, "num_key_value_heads": 2, "head_dim": HIDDEN / HEADS,
                "max_position_embeddings": 64, "rms_norm_eps": 1e-6, "hidden_act": "silu",
                "rope_theta": 1_000_000, "tie_word_embeddings": true, "use_sliding_window": false,
                "sliding_window": null, "max_window_layers": LAYERS, "torch_dtype": "float32",
            }),
        ),
        (
            "modules.json",
            json!([
                module(0, "", "Transformer"),
                module(1, "1_Pooling", "Pooling"),
                module(2, "2_Normalize", "Normalize"),
            ]),
        ),
        ("1_Pooling/config.json", pool),
    ] {
        fs::write(folder.join(name), value.to_string()).unwrap();
    }
    let tensors = tensors(vocabulary, strength);
    let views: Vec<_> = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            (name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
        })
        .collect();
    safetensors::serialize_to_file(views, None, &folder.join("model.safetensors")).unwrap();
}

fn tensors(vocabulary: usize, strength: f32) -> Vec<(String, Vec<usize>, Vec<u8>)> {
    let mut random = 7u64;
    let mut tensor = |name: String, shape: &[usize], scale: Option<f32>| {
        let length: usize = shape.iter().product();
        let values = (0..length).map(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let value = (random >> 40) as f32 / (1u32 << 24) as f32 - 0.5;
            scale.map_or(1.0, |scale| value * scale)
        });
        (name, shape.to_vec(), values.flat_map(f32::to_le_bytes).collect())
    };
    let mut tensors = vec![
        tensor("embed_tokens.weight".to_owned(), &[vocabulary, HIDDEN], Some(1.0)),
        tensor("norm.weight".to_owned(), &[HIDDEN], None),
    ];
    let weight = Some(strength);
    for layer in 0..LAYERS {
        for (part, shape, scale) in [
            ("input_layernorm", vec![HIDDEN], None),
            ("post_attention_layernorm", vec![HIDDEN], None),
            ("self_attn.q_norm", vec![HIDDEN / HEADS], None),
            ("self_attn.k_norm", vec![HIDDEN / HEADS], None),
            ("self_attn.q_proj", vec![HIDDEN, HIDDEN], weight),
            ("self_attn.k_proj", vec![HIDDEN / 2, HIDDEN], weight),
            ("self_attn.v_proj", vec![HIDDEN / 2, HIDDEN], weight),
            ("self_attn.o_proj", vec![HIDDEN, HIDDEN], weight),
            ("mlp.gate_proj", vec![96, HIDDEN], weight),
            ("mlp.up_proj", vec![96, HIDDEN], weight),
            ("mlp.down_proj", vec![HIDDEN, 96], weight),
        ] {
            tensors.push(tensor(format!("layers.{layer}.{part}.weight"), &shape, scale));
        }
    }
    tensors
}

async fn open(folder: &Path) -> Result<Arc<dyn Generate>, LoadError> {
    let request = LoadRequest {
        source: ModelSource::Folder(folder.join("model")),
        quantize: None,
        device: DeviceChoice::Cpu,
        max_running: 2,
        system_prompt: None,
        sampling: Sampling::default(),
        max_tokens: None,
        max_prompt_tokens: None,
        cache: folder.join("cache"),
        hub: HubSettings::default(),
    };
    match load(request, &|_| {}).await? {
        Loaded::Embedding(engine) => Ok(engine),
        Loaded::Answering(_) => Err(LoadError::Invalid("it answers".to_owned())),
    }
}

async fn hosted(strength: f32, pooling: &str) -> (Arc<dyn Generate>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("model"), strength, pooling);
    (open(folder.path()).await.unwrap(), folder)
}

async fn embed(
    engine: &Arc<dyn Generate>,
    inputs: &[RawPrompt],
    dimensions: Option<u32>,
) -> Result<Embeddings, GenerateError> {
    engine.embedder().unwrap().embed(inputs.to_vec(), dimensions).await
}

fn text(text: &str) -> RawPrompt {
    RawPrompt::Text(text.into())
}

fn length(vector: &[f32]) -> f32 {
    vector.iter().map(|number| number * number).sum::<f32>().sqrt()
}

fn close(one: &[f32], other: &[f32]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-4)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_text_becomes_one_vector() {
    let (engine, folder) = hosted(0.8, "lasttoken").await;
    let inputs = ["What is 2 + 2?", "What is 2 + 3?", "一共有多少个苹果?", "What is 2 + 2?"];
    let made = embed(&engine, &inputs.map(text), None).await.unwrap();
    assert_eq!(made.vectors.len(), 4);
    for vector in &made.vectors {
        assert_eq!(vector.len(), HIDDEN);
        assert!((length(vector) - 1.0).abs() < 1e-5, "{}", length(vector));
    }
    assert!(close(&made.vectors[0], &made.vectors[3]), "the same text, the same vector");
    assert!(!close(&made.vectors[0], &made.vectors[1]), "a word in it makes a difference");
    let bytes: usize = inputs.iter().map(|input| input.len()).sum();
    assert_eq!(made.prompt_tokens, bytes as u64 + 4, "a token at the end of each");
    // The tokens themselves say the same as the text.
    let path = folder.path().join("model/tokenizer.json");
    let tokenizer = tokenizers::Tokenizer::from_file(path).unwrap();
    let tokens = tokenizer.encode_fast(inputs[0], true).unwrap().get_ids().to_vec();
    let again = embed(&engine, &[RawPrompt::Tokens(tokens.into())], None).await.unwrap();
    assert!(close(&again.vectors[0], &made.vectors[0]));
    // Fewer dimensions are the first ones.
    let short = embed(&engine, &[text(inputs[0])], Some(8)).await.unwrap().vectors.remove(0);
    assert_eq!(short.len(), 8);
    assert!((length(&short) - 1.0).abs() < 1e-5);
    let ratio = made.vectors[0][0] / short[0];
    assert!((made.vectors[0][7] / short[7] - ratio).abs() < 1e-4);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_silent_layers_it_is_the_last_token_or_the_mean() {
    let (last, folder) = hosted(0.0, "lasttoken").await;
    let (mean, _other) = hosted(0.0, "mean_tokens").await;
    let path = folder.path().join("model/model.safetensors");
    let bytes = fs::read(path).unwrap();
    let weights = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let table = weights.tensor("embed_tokens.weight").unwrap().data().to_vec();
    let row = |token: u32| -> Vec<f32> {
        let row = table.chunks_exact(HIDDEN * 4).nth(token as usize).unwrap();
        let row: Vec<f32> = row
            .chunks_exact(4)
            .map(|number| f32::from_le_bytes(number.try_into().unwrap()))
            .collect();
        // The last norm makes every state as long as the next.
        let root = (row.iter().map(|number| number * number).sum::<f32>() / HIDDEN as f32).sqrt();
        row.into_iter().map(|number| number / root).collect()
    };
    let tokenizer = tiny_model::tokenizer();
    let [a, end] = ["a", "<|endoftext|>"].map(|text| tokenizer.token_to_id(text).unwrap());
    let unit = |vector: Vec<f32>| -> Vec<f32> {
        let length = length(&vector);
        vector.into_iter().map(|number| number / length).collect()
    };
    let made = embed(&last, &[text("a")], None).await.unwrap();
    assert!(close(&made.vectors[0], &unit(row(end))), "the token at the end");
    let made = embed(&mean, &[text("a")], None).await.unwrap();
    let both = row(a).iter().zip(row(end)).map(|(one, other)| one + other).collect();
    assert!(close(&made.vectors[0], &unit(both)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_embedded_is_refused_and_the_engine_goes_on() {
    let (engine, _folder) = hosted(0.8, "lasttoken").await;
    let refused = [
        (text(&"x".repeat(64)), None, "64 tokens"),
        (text(&"x".repeat(10_000)), None, "64 tokens"),
        (RawPrompt::Tokens([1].into()), None, "at least 2"),
        (RawPrompt::Tokens([1, 9999].into()), None, "no token 9999"),
        (text("x"), Some(65), "from 1 to 64"),
        (text("x"), Some(0), "from 1 to 64"),
    ];
    for (input, dimensions, why) in refused {
        // A good one before it costs nothing: all are checked first.
        let error = embed(&engine, &[text("good"), input], dimensions).await.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
    let error = engine.generate(Request::ask("1+1?")).await.unwrap_err();
    assert!(error.to_string().contains("/v1/embeddings"), "{error}");
    let most = embed(&engine, &[text(&"x".repeat(63))], None).await.unwrap();
    assert_eq!(most.prompt_tokens, 64);
    // Somebody who leaves does not disturb the others.
    for _ in 0..20 {
        let inputs = vec![text("somebody who leaves"); 8];
        let left = embed(&engine, &inputs, None);
        drop(tokio::time::timeout(std::time::Duration::from_millis(2), left).await);
    }
    assert!(embed(&engine, &[text("still there")], None).await.is_ok());
}

#[tokio::test]
async fn a_folder_that_the_engine_cannot_load_is_refused_by_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    write(&model, 0.0, "cls_token");
    let error = open(folder.path()).await.err().unwrap();
    assert!(error.to_string().contains("cannot pool by `cls_token`"), "{error}");
    write(&model, 0.0, "lasttoken");
    assert!(embedding::open(&model, folder.path()).is_ok());
    let change = |name: &str, path: &str, value: Value| {
        let file = model.join(name);
        let mut json: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        *json.pointer_mut(path).unwrap() = value;
        fs::write(file, json.to_string()).unwrap();
    };
    change("modules.json", "/2/type", json!("sentence_transformers.models.WordWeights"));
    let error = open(folder.path()).await.err().unwrap();
    assert!(error.to_string().contains("no module `sentence_transformers.models.WordWeights`"));
    change("config.json", "/architectures/0", json!("BertModel"));
    let error = open(folder.path()).await.err().unwrap();
    assert!(error.to_string().contains("architecture BertModel"), "{error}");
}
