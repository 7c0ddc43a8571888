//! Complex numbers over [`Float`], with the principal branches of the usual functions.

use crate::equivalence::float::Float;
use crate::equivalence::transcendental::Precision;

/// A complex number.
#[derive(Clone, Debug)]
pub(crate) struct Complex {
    pub(crate) re: Float,
    pub(crate) im: Float,
}

impl Complex {
    pub(crate) fn real(re: Float) -> Self {
        Self { re, im: Float::zero() }
    }

    pub(crate) fn integer(value: i64) -> Self {
        Self::real(Float::integer(value))
    }

    pub(crate) fn imaginary_unit() -> Self {
        Self { re: Float::zero(), im: Float::integer(1) }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.re.is_zero() && self.im.is_zero()
    }

    pub(crate) fn is_real(&self) -> bool {
        self.im.is_zero()
    }

    /// The larger binary magnitude of the two parts.
    pub(crate) fn magnitude(&self) -> i64 {
        self.re.magnitude().max(self.im.magnitude())
    }

    pub(crate) fn is_extreme(&self) -> bool {
        self.re.is_extreme() || self.im.is_extreme()
    }

    pub(crate) fn negate(&self) -> Self {
        Self { re: self.re.negate(), im: self.im.negate() }
    }

    pub(crate) fn add(&self, other: &Self, p: &Precision) -> Self {
        Self { re: self.re.add(&other.re, p.bits), im: self.im.add(&other.im, p.bits) }
    }

    pub(crate) fn subtract(&self, other: &Self, p: &Precision) -> Self {
        self.add(&other.negate(), p)
    }

    pub(crate) fn multiply(&self, other: &Self, p: &Precision) -> Self {
        if self.is_real() && other.is_real() {
            return Self::real(self.re.multiply(&other.re, p.bits));
        }
        let product = |a: &Float, b: &Float| a.multiply(b, p.bits);
        Self {
            re: product(&self.re, &other.re).subtract(&product(&self.im, &other.im), p.bits),
            im: product(&self.re, &other.im).add(&product(&self.im, &other.re), p.bits),
        }
    }

    /// The quotient, or nothing when `other` is zero.
    pub(crate) fn divide(&self, other: &Self, p: &Precision) -> Option<Self> {
        if other.is_real() {
            return Some(Self {
                re: self.re.divide(&other.re, p.bits)?,
                im: self.im.divide(&other.re, p.bits)?,
            });
        }
        let conjugate = Self { re: other.re.clone(), im: other.im.negate() };
        let norm = other.multiply(&conjugate, p).re;
        self.multiply(&conjugate, p).divide(&Self::real(norm), p)
    }

    /// The absolute value.
    pub(crate) fn modulus(&self, p: &Precision) -> Option<Float> {
        if self.is_real() {
            return Some(self.re.absolute());
        }
        let square = |x: &Float| x.multiply(x, p.bits);
        square(&self.re).add(&square(&self.im), p.bits).root(2, p.bits)
    }

    /// The same number with a part that is only rounding noise set to zero, so that a noisy sign
    /// cannot choose the side of a branch cut.
    pub(crate) fn without_noise(&self, p: &Precision) -> Self {
        let floor = self.magnitude().saturating_sub(i64::try_from(p.bits * 3 / 4).unwrap_or(0));
        let clean = |x: &Float| if x.magnitude() < floor { Float::zero() } else { x.clone() };
        Self { re: clean(&self.re), im: clean(&self.im) }
    }

    pub(crate) fn exp(&self, p: &Precision) -> Option<Self> {
        let size = p.exp(&self.re)?;
        if self.is_real() {
            return Some(Self::real(size));
        }
        let (im, re) = p.sin_cos(&self.im)?;
        Some(Self { re: size.multiply(&re, p.bits), im: size.multiply(&im, p.bits) })
    }

    /// The principal logarithm, or nothing at zero.
    pub(crate) fn ln(&self, p: &Precision) -> Option<Self> {
        let clean = self.without_noise(p);
        let size = p.ln(&clean.modulus(p)?)?;
        Some(Self { re: size, im: p.angle(&clean.im, &clean.re)? })
    }

    /// The principal square root.
    pub(crate) fn sqrt(&self, p: &Precision) -> Option<Self> {
        let clean = self.without_noise(p);
        if clean.is_real() {
            let root = clean.re.absolute().root(2, p.bits)?;
            return Some(if clean.re.is_negative() {
                Self { re: Float::zero(), im: root }
            } else {
                Self::real(root)
            });
        }
        self.power(&Self::real(Float::integer(1).scaled(-1)), p)
    }

    /// The principal value of `self^exponent`; nothing for a zero base.
    pub(crate) fn power(&self, exponent: &Self, p: &Precision) -> Option<Self> {
        self.ln(p)?.multiply(exponent, p).exp(p)
    }

    /// A whole power by repeated squaring.
    pub(crate) fn whole_power(&self, exponent: u64, p: &Precision) -> Self {
        if self.is_real() {
            return Self::real(self.re.power(exponent, p.bits));
        }
        let mut result = Self::integer(1);
        let mut base = self.clone();
        let mut left = exponent;
        while left > 0 {
            if left & 1 == 1 {
                result = result.multiply(&base, p);
            }
            left >>= 1;
            if left > 0 {
                base = base.multiply(&base, p);
            }
        }
        result
    }

    /// Sine and cosine; for complex arguments by Euler's formula.
    pub(crate) fn sin_cos(&self, p: &Precision) -> Option<(Self, Self)> {
        if self.is_real() {
            let (sine, cosine) = p.sin_cos(&self.re)?;
            return Some((Self::real(sine), Self::real(cosine)));
        }
        let turned = self.multiply(&Self::imaginary_unit(), p);
        let forward = turned.exp(p)?;
        let backward = turned.negate().exp(p)?;
        let half = Self::real(Float::integer(1).scaled(-1));
        let cosine = forward.add(&backward, p).multiply(&half, p);
        let sine = forward
            .subtract(&backward, p)
            .multiply(&half, p)
            .multiply(&Self::imaginary_unit().negate(), p);
        Some((sine, cosine))
    }
}
