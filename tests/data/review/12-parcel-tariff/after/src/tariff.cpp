#include "tariff.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace shipping {

struct Tier {
    int max_grams;
    int cents;
};

// From the carrier's price list: "up to 500 g", "up to 1 kg", ...
static const std::vector<Tier> kTiers = {
    {500, 390}, {1000, 490}, {2000, 620}, {5000, 890}};

static const int kExpressCents = 350;

int price_cents(int grams, bool express) {
    if (grams <= 0) {
        throw std::invalid_argument("weight must be positive");
    }
    const auto tier = std::find_if(
        kTiers.begin(), kTiers.end(),
        [grams](const Tier& candidate) { return grams < candidate.max_grams; });
    if (tier == kTiers.end()) {
        throw std::out_of_range("parcel is too heavy");
    }
    return express ? tier->cents + kExpressCents : tier->cents;
}

}  // namespace shipping
