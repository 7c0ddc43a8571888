#include "mixer.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace audio {

constexpr int kMax = 32767;

int peak(const Samples& samples) {
    int top = 0;
    for (std::int16_t sample : samples) {
        top = std::max(top, std::abs(static_cast<int>(sample)));
    }
    return top;
}

Samples mix(const Samples& a, const Samples& b) {
    const Samples& shorter = a.size() < b.size() ? a : b;
    Samples out = a.size() < b.size() ? b : a;
    for (std::size_t i = 0; i < shorter.size(); ++i) {
        out[i] = static_cast<std::int16_t>(out[i] + shorter[i]);
    }
    return out;
}

Samples normalized(const Samples& samples, int level) {
    if (level < 0 || level > kMax) {
        throw std::invalid_argument("level out of range");
    }
    if (peak(samples) == 0) {
        return samples;
    }
    Samples out;
    out.reserve(samples.size());
    for (std::int16_t sample : samples) {
        out.push_back(static_cast<std::int16_t>(sample * level / peak(samples)));
    }
    return out;
}

}  // namespace audio
