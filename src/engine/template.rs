//! Renders a conversation with a model's own chat template.
//!
//! We render and tokenize ourselves, not in the engine: there it would wait behind running steps,
//! and thinking could not be switched off by closing it in the prompt.

use minijinja::{Environment, ErrorKind, Value, context};

use super::{
    ordered::{ordered, to_json},
    template_tools::{self, described, history},
    thinking::Beginning,
};
use crate::generate::{Message, Thinking, Tools};

/// A model's chat template, compiled.
pub struct ChatTemplate {
    environment: Environment<'static>,
    beginning_of_text: String,
    end_of_text: String,
    /// Whether the template says what tools there are and what they gave, in the format that answers
    /// are read in.
    knows_tools: bool,
}

/// A rendered conversation, ready to be tokenized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The text, with the model's special tokens spelled out.
    pub text: String,
    /// Where the model's own text will begin.
    pub beginning: Beginning,
}

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model's chat template failed: {0}")]
pub struct TemplateError(String);

const NAME: &str = "chat_template";

/// How a call begins in the format of Hermes and Qwen.
const OPEN_CALL: &str = "<tool_call>";

impl ChatTemplate {
    /// Compiles a template. `beginning_of_text` and `end_of_text` are the texts of the tokens that
    /// templates know as `bos_token` and `eos_token`.
    ///
    /// # Errors
    ///
    /// If the template is not valid Jinja.
    pub fn new(
        source: String,
        beginning_of_text: String,
        end_of_text: String,
    ) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        // As the `transformers` library renders them, which is what templates are written for.
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |message: String| {
            Err::<Value, _>(minijinja::Error::new(ErrorKind::InvalidOperation, message))
        });
        environment
            .add_filter("tojson", |value: Value, _: minijinja::value::Kwargs| to_json(&value));
        // Others teach formats of their own, which nobody here reads.
        let knows_tools = source.contains("tools") && source.contains(OPEN_CALL);
        environment
            .add_template_owned(NAME, source)
            .map_err(|error| TemplateError(error.to_string()))?;
        Ok(Self { environment, beginning_of_text, end_of_text, knows_tools })
    }

    /// Whether the model's own template says what tools there are, in the format that answers are read
    /// in: a sign that the model has learnt it.
    pub fn knows_tools(&self) -> bool {
        self.knows_tools
    }

    /// Renders a conversation up to where the model's answer begins.
    ///
    /// # Errors
    ///
    /// If the template refuses the conversation, for example an order of roles it does not know.
    pub fn render(
        &self,
        messages: &[Message],
        thinking: Thinking,
        tools: &Tools,
    ) -> Result<Prompt, TemplateError> {
        let in_words;
        let (messages, described) = if self.knows_tools {
            (messages, described(tools))
        } else {
            in_words = template_tools::in_words(messages, tools);
            (in_words.as_slice(), Vec::new())
        };
        let conversation: Vec<Value> = messages.iter().map(history).collect();
        let tools =
            (!described.is_empty()).then(|| described.iter().map(ordered).collect::<Vec<Value>>());
        let mut text = self
            .environment
            .get_template(NAME)
            .and_then(|template| {
                template.render(context! {
                    messages => conversation,
                    tools => tools,
                    add_generation_prompt => true,
                    enable_thinking => thinking != Thinking::Off,
                    bos_token => self.beginning_of_text,
                    eos_token => self.end_of_text,
                })
            })
            .map_err(|error| {
                TemplateError(error.detail().map_or_else(|| error.to_string(), str::to_owned))
            })?;
        let beginning = match (beginning(&text), thinking) {
            (beginning, Thinking::Natural | Thinking::UpTo(_)) => beginning,
            (beginning @ (Beginning::After | Beginning::Raw), Thinking::Off) => beginning,
            (Beginning::Inside, Thinking::Off) => {
                text.truncate(text.trim_end().len());
                text.push_str("\n\n</think>\n\n");
                Beginning::After
            }
            (Beginning::Before, Thinking::Off) => {
                text.push_str("<think>\n\n</think>\n\n");
                Beginning::After
            }
        };
        Ok(Prompt { text, beginning })
    }
}

/// What the end of a rendered prompt says about thinking.
fn beginning(text: &str) -> Beginning {
    let end = text.trim_end();
    if end.ends_with("<think>") {
        Beginning::Inside
    } else if end.ends_with("</think>") {
        Beginning::After
    } else {
        Beginning::Before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHATML: &str = "{%- for message in messages %}\n    \
        {{- '<|im_start|>' + message.role + '\\n' + message.content.strip() + '<|im_end|>\\n' }}\n\
        {%- endfor %}\n\
        {%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}";

    fn render(source: &str, thinking: Thinking) -> Prompt {
        ChatTemplate::new(source.to_owned(), String::new(), "<|im_end|>".to_owned())
            .unwrap()
            .render(
                &[Message::system("Be brief."), Message::user(" 1+1? ")],
                thinking,
                &Tools::default(),
            )
            .unwrap()
    }

    #[test]
    fn a_conversation_is_rendered_with_python_methods() {
        let prompt = render(CHATML, Thinking::Natural);
        assert_eq!(
            prompt.text,
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n1+1?<|im_end|>\n\
             <|im_start|>assistant\n"
        );
        assert_eq!(prompt.beginning, Beginning::Before);
    }

    #[test]
    fn thinking_off_closes_it_whatever_the_template_does() {
        let closed = "assistant\n<think>\n\n</think>\n\n";
        let prompt = render(CHATML, Thinking::Off);
        assert!(prompt.text.ends_with(closed), "{}", prompt.text);
        let opened = format!("{CHATML}{{{{- '<think>\\n' }}}}");
        assert_eq!(render(&opened, Thinking::Natural).beginning, Beginning::Inside);
        let prompt = render(&opened, Thinking::Off);
        assert!(prompt.text.ends_with(closed), "{}", prompt.text);
        assert_eq!(prompt.beginning, Beginning::After);
    }

    #[test]
    fn a_template_may_refuse_a_conversation_in_its_own_words() {
        let source = "{{ raise_exception('System role not supported') }}";
        let error = ChatTemplate::new(source.to_owned(), String::new(), String::new())
            .unwrap()
            .render(&[Message::user("hi")], Thinking::Natural, &Tools::default())
            .unwrap_err();
        assert!(error.to_string().contains("System role not supported"), "{error}");
    }
}
