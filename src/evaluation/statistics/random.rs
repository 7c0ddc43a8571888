//! Random numbers that are the same every time, so that a report is.

/// `SplitMix64` (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
#[derive(Debug, Clone)]
pub(in crate::evaluation) struct Random(u64);

impl Random {
    /// Begins with this number.
    pub(in crate::evaluation) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any 64 bits.
    pub(in crate::evaluation) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, each as likely as the others to within 2⁻⁶⁴; 0 if there is none.
    pub(in crate::evaluation) fn below(&mut self, limit: usize) -> usize {
        let product = u128::from(self.bits()) * limit as u128;
        usize::try_from(product >> 64).unwrap_or_default()
    }
}
