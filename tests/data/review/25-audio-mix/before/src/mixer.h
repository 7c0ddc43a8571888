#pragma once

#include <cstdint>
#include <vector>

namespace audio {

using Samples = std::vector<std::int16_t>;

int peak(const Samples& samples);
Samples mix(const Samples& a, const Samples& b);
Samples normalized(const Samples& samples);

}  // namespace audio
