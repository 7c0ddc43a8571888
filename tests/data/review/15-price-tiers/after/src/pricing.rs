/// Unit price from `min_quantity` pieces on.
#[derive(Debug, Clone)]
pub struct Tier {
    pub min_quantity: u32,
    pub unit_cents: u64,
}

pub struct PriceList {
    tiers: Vec<Tier>,
}

impl PriceList {
    pub fn new(mut tiers: Vec<Tier>) -> Self {
        tiers.sort_by_key(|tier| tier.min_quantity);
        Self { tiers }
    }

    /// Unit price for an order, or `None` below the smallest order quantity.
    pub fn unit_price(&self, quantity: u32) -> Option<u64> {
        self.tiers[..self.reached(quantity)]
            .last()
            .map(|tier| tier.unit_cents)
    }

    /// Price of the whole order; `None` also when it does not fit in 64 bits.
    pub fn total(&self, quantity: u32) -> Option<u64> {
        self.unit_price(quantity)?.checked_mul(u64::from(quantity))
    }

    /// Pieces missing until the next tier, if there is one.
    pub fn pieces_to_next_tier(&self, quantity: u32) -> Option<u32> {
        let next = self.tiers.get(self.reached(quantity))?;
        Some(next.min_quantity - quantity)
    }

    /// Number of tiers an order of this quantity has reached.
    fn reached(&self, quantity: u32) -> usize {
        self.tiers
            .partition_point(|tier| tier.min_quantity <= quantity)
    }
}
