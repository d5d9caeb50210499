#include "base/price.h"

#include <algorithm>

namespace tidegate {
namespace {

constexpr std::size_t kDecimals = 6;        // of a dollar
constexpr std::size_t kMaxWholeDigits = 6;  // no million dollars for a million tokens

bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::uint64_t append_digit(std::uint64_t value, char digit) {
  return value * 10 + static_cast<std::uint64_t>(digit - '0');
}

}  // namespace

Rates complete_rates(const StatedRates& stated) {
  Rates rates;
  rates.input = stated.input.value_or(0);
  rates.cache_read = stated.cache_read.value_or(rates.input);
  rates.cache_write_5m = stated.cache_write_5m.value_or(rates.input);
  rates.cache_write_1h = stated.cache_write_1h.value_or(rates.cache_write_5m);
  rates.output = stated.output.value_or(0);
  rates.reasoning = stated.reasoning.value_or(rates.output);
  rates.audio_input = stated.audio_input.value_or(rates.input);
  rates.audio_output = stated.audio_output.value_or(rates.output);
  return rates;
}

std::optional<std::uint64_t> parse_rate(std::string_view dollars) {
  const auto dot = dollars.find('.');
  const auto whole = dollars.substr(0, dot);
  auto decimals = dot == dollars.npos ? std::string_view() : dollars.substr(dot + 1);
  while (decimals.ends_with('0')) decimals.remove_suffix(1);
  if (whole.empty() || whole.size() > kMaxWholeDigits || decimals.size() > kDecimals ||
      !is_digits(whole) || !is_digits(decimals)) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : whole) value = append_digit(value, c);
  for (std::size_t i = 0; i < kDecimals; ++i) {
    value = append_digit(value, i < decimals.size() ? decimals[i] : '0');
  }
  return value;
}

std::optional<std::uint32_t> parse_permille(std::string_view factor) {
  const auto value = parse_rate(factor);
  if (!value || *value > 1'000'000 || *value % 1000 != 0) return std::nullopt;
  return static_cast<std::uint32_t>(*value / 1000);
}

}  // namespace tidegate
