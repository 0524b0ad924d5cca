//! Numbers that follow from a seed.

/// Knuth's MMIX generator.
pub struct Random(pub u64);

impl Random {
    /// The next one, of 0 to 1.
    pub fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / f64::from(u32::MAX)
    }
}
