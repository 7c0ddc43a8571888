//! Writes values: for people as Python does, and as JSON where JSON can say it.

use std::fmt::{self, Display, Formatter, Write};

use super::Literal;

impl Display for Literal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str("None"),
            Self::Bool(true) => formatter.write_str("True"),
            Self::Bool(false) => formatter.write_str("False"),
            Self::Int(digits) => formatter.write_str(digits),
            Self::Float(number) if number.is_nan() => formatter.write_str("nan"),
            Self::Float(number) if number.is_infinite() => {
                formatter.write_str(if *number > 0.0 { "inf" } else { "-inf" })
            }
            Self::Float(number) => write!(formatter, "{number:?}"),
            Self::Text(text) => quoted(text, formatter),
            Self::List(items) => several("[", items, "]", formatter),
            Self::Tuple(items) => {
                several("(", items, if items.len() == 1 { ",)" } else { ")" }, formatter)
            }
            Self::Set(members) if members.is_empty() => formatter.write_str("set()"),
            Self::Set(members) => several("{", members, "}", formatter),
            Self::Dict(entries) => {
                formatter.write_char('{')?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(formatter, "{comma}{key}: {value}")?;
                }
                formatter.write_char('}')
            }
        }
    }
}

fn several(open: &str, items: &[Literal], close: &str, to: &mut Formatter<'_>) -> fmt::Result {
    to.write_str(open)?;
    for (at, item) in items.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(to, "{comma}{item}")?;
    }
    to.write_str(close)
}

/// A text in quotes; good as Python and as JSON.
fn quoted(text: &str, to: &mut impl Write) -> fmt::Result {
    to.write_char('"')?;
    for sign in text.chars() {
        match sign {
            '"' => to.write_str("\\\"")?,
            '\\' => to.write_str("\\\\")?,
            '\n' => to.write_str("\\n")?,
            '\r' => to.write_str("\\r")?,
            '\t' => to.write_str("\\t")?,
            sign if (sign as u32) < 0x20 => write!(to, "\\u{:04x}", sign as u32)?,
            sign => to.write_char(sign)?,
        }
    }
    to.write_char('"')
}

impl Literal {
    /// The value in JSON; nothing where JSON has no word for it, such as tuples and infinities.
    pub(in crate::execution) fn to_json(&self) -> Option<String> {
        let mut text = String::new();
        self.write_json(&mut text).then_some(text)
    }

    fn write_json(&self, text: &mut String) -> bool {
        match self {
            Self::None => text.push_str("null"),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Int(digits) => text.push_str(digits),
            Self::Float(number) if number.is_finite() => text.push_str(&format!("{number:?}")),
            Self::Text(value) => return quoted(value, text).is_ok(),
            Self::List(items) => {
                text.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        text.push(',');
                    }
                    if !item.write_json(text) {
                        return false;
                    }
                }
                text.push(']');
            }
            Self::Dict(entries) => {
                text.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        text.push(',');
                    }
                    if key.as_text().is_none() || !key.write_json(text) {
                        return false;
                    }
                    text.push(':');
                    if !value.write_json(text) {
                        return false;
                    }
                }
                text.push('}');
            }
            Self::Float(_) | Self::Tuple(_) | Self::Set(_) => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn json_says_what_it_can() {
        let json = |text: &str| parse(text).unwrap().to_json();
        assert_eq!(json("{'a': [1, None, 2.5]}").as_deref(), Some(r#"{"a":[1,null,2.5]}"#));
        assert_eq!(
            json("123456789012345678901234567890").as_deref(),
            Some("123456789012345678901234567890")
        );
        assert_eq!(json("(1, 2)"), None);
        assert_eq!(json("[inf]"), None);
        assert_eq!(json("{1: 2}"), None);
    }
}
