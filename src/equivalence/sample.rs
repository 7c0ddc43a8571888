//! The fixed points at which expressions with free symbols are compared.
//!
//! Two different rational functions agree at a random point with negligible probability
//! (J. T. Schwartz, *Fast probabilistic algorithms for verification of polynomial identities*,
//! 1980). The points are seeded by the symbol's name, so every answer is asked the same question
//! and keys can be compared for equality.

use num_bigint::BigInt;

use crate::equivalence::float::Float;

/// How many points there are.
pub(crate) const POINTS: u32 = 9;

/// The value of a symbol at a point.
///
/// Five points are positive, and whole for the letters that usually are, with all remainders
/// modulo 4 so that `(-1)^n` shows; the others have negative values, so that `|x|` is not taken
/// for `x`. Half of them lie between 0 and 1, where inverse sines and double logarithms exist, and
/// two are far from zero, for expressions such as `√(x - 3)`.
pub(crate) fn value(name: &str, point: u32) -> Float {
    let random = hash(name, point);
    if let Some(whole) = whole_value(name, point, random) {
        return Float::integer(i64::from(whole));
    }
    let fraction = i64::from(random % (1 << 18));
    // In 1/2^19: from 0.2 to 0.7, or from 1.2 to 2.2.
    let size = if point.is_multiple_of(2) { 629_145 + 2 * fraction } else { 104_857 + fraction };
    let negative = match point {
        0..3 | 7.. => false,
        3 | 6 => random & (1 << 30) != 0,
        _ => true,
    };
    let signed = if negative { -size } else { size };
    let exponent = if matches!(point, 2 | 8) { -17 } else { -19 };
    Float::new(BigInt::from(signed), exponent, 64)
}

/// The value of a letter that usually is an integer, at the points where it is one.
fn whole_value(name: &str, point: u32, random: u32) -> Option<u32> {
    let turn = match point {
        0..3 => point,
        7 | 8 => point - 4,
        _ => return None,
    };
    match name {
        "n" => Some(8 + 4 * (random % 4) + turn % 4),
        "m" => Some(4 + 4 * (random % 2) + (turn + 1) % 4),
        // Below n, for binomials.
        "k" => Some(2 + (random + turn) % 6),
        _ => None,
    }
}

/// A mixed FNV-1a hash (G. Fowler, L. C. Noll, K.-P. Vo) of the name and the point.
fn hash(name: &str, point: u32) -> u32 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name.bytes().chain(point.to_le_bytes()) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The low bits of FNV are weak; the final mix is that of splitmix64.
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from(state >> 32).unwrap_or(0)
}
