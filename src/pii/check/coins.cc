#include "pii/check/coins.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "digest/digest.h"
#include "pii/check/digits.h"

namespace tidegate::pii {
namespace {

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view kBech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

std::uint32_t bech32_step(std::uint32_t sum, std::uint32_t value) {
  constexpr std::uint32_t kGenerator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                          0x2a1462b3};
  const auto top = sum >> 25;
  sum = (sum & 0x1ff'ffffU) << 5 ^ value;
  for (unsigned i = 0; i < 5; ++i) sum ^= (top >> i & 1U) != 0 ? kGenerator[i] : 0;
  return sum;
}

using State = std::array<std::uint64_t, 25>;

constexpr std::uint64_t kRounds[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

void theta(State& a) {
  std::array<std::uint64_t, 5> columns{};
  for (std::size_t x = 0; x < 5; ++x)
    columns[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
  for (std::size_t x = 0; x < 5; ++x) {
    const auto d = columns[(x + 4) % 5] ^ std::rotl(columns[(x + 1) % 5], 1);
    for (std::size_t y = 0; y < 25; y += 5) a[x + y] ^= d;
  }
}

void rho_and_pi(State& a) {
  auto moved = a[1];
  std::size_t x = 1;
  std::size_t y = 0;
  for (int t = 0; t < 24; ++t) {
    const auto next = (2 * x + 3 * y) % 5;
    x = y;
    y = next;
    const auto kept = a[x + 5 * y];
    a[x + 5 * y] = std::rotl(moved, (t + 1) * (t + 2) / 2 % 64);
    moved = kept;
  }
}

void chi(State& a) {
  for (std::size_t y = 0; y < 25; y += 5) {
    std::array<std::uint64_t, 5> row{};
    std::copy_n(a.begin() + static_cast<std::ptrdiff_t>(y), 5, row.begin());
    for (std::size_t x = 0; x < 5; ++x) a[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
  }
}

}  // namespace

bool is_base58_address(std::string_view text) {
  std::array<std::uint8_t, 25> bytes{};
  for (const char c : text) {
    const auto digit = kBase58.find(c);
    if (digit == kBase58.npos) return false;
    auto carry = static_cast<std::uint32_t>(digit);
    for (auto& byte : std::span(bytes)) {
      // From the lowest byte up; they are turned around below.
      carry += byte * 58U;
      byte = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    if (carry != 0) return false;
  }
  std::ranges::reverse(bytes);
  if (bytes[0] != 0 && bytes[0] != 5) return false;
  const Sha256 once = sha256({reinterpret_cast<const char*>(bytes.data()), 21});
  const Sha256 digest = sha256(view_of(once));
  return std::equal(digest.begin(), digest.begin() + 4, bytes.begin() + 21);
}

bool is_bech32_address(std::string_view text) {
  if (text.size() < 14 || text.size() > 90) return false;
  const bool capitals = text[0] == 'B';
  std::uint32_t sum = 1;
  for (const std::uint32_t value : {3U, 3U, 0U, 2U, 3U}) sum = bech32_step(sum, value);  // "bc"
  std::size_t version = 0;
  for (std::size_t i = 3; i < text.size(); ++i) {
    const char c = text[i];
    if (is_letter(c) && (c < 'a') != capitals) return false;
    const auto value =
        kBech32.find(capitals && is_letter(c) ? static_cast<char>(c - 'A' + 'a') : c);
    if (value == kBech32.npos) return false;
    if (i == 3) version = value;
    sum = bech32_step(sum, static_cast<std::uint32_t>(value));
  }
  return sum == (version == 0 ? 1U : 0x2bc830a3U);
}

bool is_eip55_address(std::string_view text) {
  const auto digits = text.substr(std::min<std::size_t>(text.size(), 2));
  std::array<char, 40> lower{};
  bool has_lower = false;
  bool has_upper = false;
  if (digits.size() != lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char c = digits[i];
    has_upper = has_upper || (c >= 'A' && c <= 'F');
    has_lower = has_lower || (c >= 'a' && c <= 'f');
    lower[i] = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (!has_lower || !has_upper) return true;
  const auto hash = keccak256({lower.data(), lower.size()});
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const auto half = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15;
    if (is_letter(digits[i]) && (half >= 8) != (digits[i] < 'a')) return false;
  }
  return true;
}

std::array<std::uint8_t, 32> keccak256(std::string_view text) {
  constexpr std::size_t kRate = 136;
  std::array<std::uint8_t, kRate> block{};
  std::memcpy(block.data(), text.data(), std::min(text.size(), kRate - 1));
  block[std::min(text.size(), kRate - 1)] ^= 0x01;
  block[kRate - 1] ^= 0x80;
  State state{};
  for (std::size_t i = 0; i < kRate; ++i) {
    state[i / 8] ^= static_cast<std::uint64_t>(block[i]) << (8 * (i % 8));
  }
  for (const auto round : kRounds) {
    theta(state);
    rho_and_pi(state);
    chi(state);
    state[0] ^= round;
  }
  std::array<std::uint8_t, 32> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(state[i / 8] >> (8 * (i % 8)));
  }
  return out;
}

}  // namespace tidegate::pii
