#include "mixer.h"

#include <algorithm>
#include <cstdlib>

namespace audio {

constexpr int kMin = -32768;
constexpr int kMax = 32767;

int peak(const Samples& samples) {
    int top = 0;
    for (std::int16_t sample : samples) {
        top = std::max(top, std::abs(static_cast<int>(sample)));
    }
    return top;
}

Samples mix(const Samples& a, const Samples& b) {
    Samples out(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int left = i < a.size() ? a[i] : 0;
        const int right = i < b.size() ? b[i] : 0;
        out[i] = static_cast<std::int16_t>(std::clamp(left + right, kMin, kMax));
    }
    return out;
}

Samples normalized(const Samples& samples) {
    const int top = peak(samples);
    if (top == 0) {
        return samples;
    }
    Samples out;
    out.reserve(samples.size());
    for (std::int16_t sample : samples) {
        out.push_back(static_cast<std::int16_t>(sample * kMax / top));
    }
    return out;
}

}  // namespace audio
