//! Whether a formula of a text says the secret.

use std::collections::HashSet;

use crate::{
    chain::formulas::{formulas, relation, squeezed},
    equivalence::Answer,
};

use super::{Leak, known::Known, secret::Hidden};

/// The most formulas of a text that is let through.
const MOST_PIECES: usize = 300;

/// Whether a text has a formula that says the secret.
pub(super) fn check(hidden: &Hidden, known: &Known, text: &str) -> Result<(), Leak> {
    let runs = formulas(text);
    if runs.len() > MOST_PIECES {
        return Err(Leak::Long);
    }
    for run in &runs {
        let relation = relation(run);
        let written = squeezed(run);
        let repeated = known.expressions.contains(&written);
        if hidden.last_steps.contains(&written) && relation.is_some() && !repeated {
            return Err(Leak::LastStep);
        }
        let sides =
            relation.as_ref().map_or_else(|| vec![run.clone()], |found| found.sides.clone());
        for side in &sides {
            piece(hidden, known, side, relation.is_some() && !repeated)?;
        }
        // An equation says what its sides say: every step of a solution has the same solutions.
        let whole = relation.as_ref().is_some_and(|found| !found.is_equation) || run.contains(',');
        if whole && !repeated && is_hidden(hidden, run) {
            return Err(Leak::Expression);
        }
    }
    Ok(())
}

/// Checks one side of a relation, or an expression; `stated` if the relation is not the question's.
fn piece(hidden: &Hidden, known: &Known, text: &str, stated: bool) -> Result<(), Leak> {
    if rounds_to_secret(hidden, text) && !known.expressions.contains(&squeezed(text)) {
        return Err(Leak::Answer);
    }
    let compound = is_compound(text);
    if !(compound || stated) || !is_hidden(hidden, text) {
        return Ok(());
    }
    match known.expressions.contains(&squeezed(text)) {
        false if compound => Err(Leak::Expression),
        _ if stated => Err(Leak::Stated),
        _ => Ok(()),
    }
}

/// Whether a formula is worth the secret, or a list, tuple or set has it in it.
fn is_hidden(hidden: &Hidden, text: &str) -> bool {
    // A letter by itself is a name.
    if text.chars().filter(|sign| !sign.is_whitespace()).count() < 2
        && !text.chars().any(|sign| sign.is_ascii_digit())
    {
        return false;
    }
    let Some(key) = Answer::parse(text).key() else { return false };
    key.parts().iter().any(|part| !part.is_words() && hidden.keys.contains(part))
}

/// Whether a decimal is the secret, rounded to at least two places.
fn rounds_to_secret(hidden: &Hidden, text: &str) -> bool {
    let number = text.trim().trim_end_matches(['%', '\\']);
    let share = number.len() < text.trim().len();
    let Some((_, decimals)) = number.split_once('.') else { return false };
    // 2.78 % is 0.0278.
    let places = decimals.len() + if share { 2 } else { 0 };
    let Ok(value) = number.parse::<f64>() else { return false };
    let value = if share { value / 100.0 } else { value };
    let Ok(power) = i32::try_from(places) else { return false };
    let reach = 10_f64.powi(-power.min(12));
    places >= 2 && hidden.near.iter().any(|near| (near.abs() - value.abs()).abs() <= reach)
}

/// Whether something is computed in it: it is more than a number or a name.
fn is_compound(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['-', '+']);
    let number = text.chars().all(|sign| sign.is_ascii_digit() || ".,".contains(sign));
    let name = text.chars().count() <= 1;
    !number && !name
}

/// How all formulas of a text and their sides are written, as [`squeezed`] writes them.
pub(super) fn written(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for run in formulas(text) {
        if let Some(relation) = relation(&run) {
            found.extend(relation.sides.iter().map(|side| squeezed(side)));
        }
        found.insert(squeezed(&run));
    }
    found
}
