// Simulated meaning of texts: those that share words are near each other.
//
// Feature hashing: each word of a text, in lower case, adds 1 or -1 to one dimension; the vector is
// then scaled to length 1. Token arrays take the place of words. So equal texts have equal vectors
// and texts without a common word are close to orthogonal. Thread: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::simulator {

inline constexpr std::uint64_t kDefaultDimensions = 256;

std::vector<float> make_vector(std::string_view text, std::size_t dimensions);
// Cosine of the angle between vectors of make_vector(): -1 to 1.
double find_nearness(const std::vector<float>& left, const std::vector<float>& right);

// As a JSON array of numbers.
void append_floats(std::string& out, const std::vector<float>& vector);
// As a JSON string: base64 of the little-endian floats.
void append_base64_floats(std::string& out, const std::vector<float>& vector);

}  // namespace tidegate::simulator
