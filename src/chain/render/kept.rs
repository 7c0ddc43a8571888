//! Templates and expressions that are read once: when a plan first fills them in, not at every call.

use std::{
    fmt,
    sync::{Arc, LazyLock, OnceLock},
};

use minijinja::{Environment, Error, Expression, UndefinedBehavior, value::Value as Jinja};

use crate::chain::plan::Form;

/// What templates and expressions can use. Made once: filling it with every filter and test costs more than most
/// templates.
pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Prompts are text for models: nothing in them is escaped.
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment
});

/// What a template is called in messages.
const NAME: &str = "<string>";

/// What was read of a template or an expression, once it has been; copies of a plan share it.
#[derive(Clone, Default)]
pub(in crate::chain) struct Kept(Arc<OnceLock<Read>>);

/// What was read.
pub(super) enum Read {
    Template(Template),
    Expression(Expression<'static, 'static>),
}

/// An environment with one template, for a template cannot be kept without its environment.
pub(super) struct Template(Box<Environment<'static>>);

impl Kept {
    /// What `text` was read as, the first time by reading it.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, which a checked plan has not.
    pub(super) fn read(&self, form: Form, text: &str) -> Result<&Read, Error> {
        if let Some(read) = self.0.get() {
            return Ok(read);
        }
        let read = match form {
            Form::Prompt => {
                let mut environment = ENVIRONMENT.clone();
                environment.add_template_owned(NAME, text.to_owned())?;
                Read::Template(Template(Box::new(environment)))
            }
            Form::Transform => {
                Read::Expression(ENVIRONMENT.compile_expression_owned(text.to_owned())?)
            }
        };
        Ok(self.0.get_or_init(|| read))
    }
}

impl Template {
    /// The template with these values in it.
    pub(super) fn filled(&self, names: Jinja) -> Result<String, Error> {
        self.0.get_template(NAME)?.render(names)
    }
}

/// What was read follows from the text it was read from, which is compared beside it.
impl PartialEq for Kept {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.get().is_some() { "Kept" } else { "NotRead" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(word: &str) -> Jinja {
        Jinja::from_iter([("word", word)])
    }

    #[test]
    fn a_template_is_read_once_and_filled_anew() {
        let kept = Kept::default();
        let copy = kept.clone();
        for word in ["one", "two"] {
            let Read::Template(template) = kept.read(Form::Prompt, "{{ word }}!").expect("valid")
            else {
                panic!("a prompt is a template");
            };
            assert_eq!(template.filled(names(word)).expect("filled"), format!("{word}!"));
        }
        // A copy has it, so whatever it is handed now is not read.
        assert!(copy.read(Form::Prompt, "{{ no template").is_ok());
    }

    #[test]
    fn an_expression_is_computed_and_a_missing_name_is_an_error() {
        let kept = Kept::default();
        let Read::Expression(expression) =
            kept.read(Form::Transform, "word | upper").expect("valid")
        else {
            panic!("a transform is an expression");
        };
        assert_eq!(expression.eval(names("one")).expect("computed").as_str(), Some("ONE"));
        assert!(expression.eval(Jinja::from_iter([("other", "one")])).is_err());
    }

    #[test]
    fn what_cannot_be_read_is_said_each_time() {
        let kept = Kept::default();
        assert!(kept.read(Form::Prompt, "{{ no template").is_err());
        assert!(kept.read(Form::Transform, "1 +").is_err());
        assert!(kept.read(Form::Transform, "1 + 1").is_ok());
    }
}
