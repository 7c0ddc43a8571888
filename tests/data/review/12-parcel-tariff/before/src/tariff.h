#pragma once

namespace shipping {

// Price of a domestic parcel.
int price_cents(int grams);

}  // namespace shipping
