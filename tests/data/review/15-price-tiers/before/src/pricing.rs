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
        let mut price = None;
        for tier in &self.tiers {
            if tier.min_quantity > quantity {
                break;
            }
            price = Some(tier.unit_cents);
        }
        price
    }
}
