#include "cel/zone_data.h"

#include <algorithm>
#include <bit>

namespace tidegate::cel {
namespace {

constexpr std::size_t kHeaderBytes = 44;
constexpr std::size_t kMaxTransitions = 10'000;

std::int64_t read_big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  return static_cast<std::int64_t>(value);
}

struct Counts {
  std::size_t ut_indicators;
  std::size_t standard_indicators;
  std::size_t leap_seconds;
  std::size_t transitions;
  std::size_t types;
  std::size_t characters;

  std::size_t body_bytes(std::size_t time_bytes) const {
    return transitions * (time_bytes + 1) + types * 6 + characters +
           leap_seconds * (time_bytes + 4) + standard_indicators + ut_indicators;
  }
};

std::optional<Counts> read_header(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with("TZif") || bytes[4] < '2') {
    return std::nullopt;
  }
  const auto count = [bytes](std::size_t index) {
    return static_cast<std::size_t>(
        static_cast<std::uint32_t>(read_big_endian(bytes, 20 + index * 4, 4)));
  };
  const Counts counts{count(0), count(1), count(2), count(3), count(4), count(5)};
  const auto most = std::max({counts.ut_indicators, counts.standard_indicators, counts.leap_seconds,
                              counts.transitions, counts.types, counts.characters});
  return most <= kMaxTransitions ? std::optional(counts) : std::nullopt;
}

}  // namespace

std::optional<ZoneData> ZoneData::parse(std::string_view bytes) {
  const auto old = read_header(bytes);
  if (!old || bytes.size() < 2 * kHeaderBytes + old->body_bytes(4)) return std::nullopt;
  bytes.remove_prefix(kHeaderBytes + old->body_bytes(4));
  const auto counts = read_header(bytes);
  if (!counts || counts->types == 0 || bytes.size() < kHeaderBytes + counts->body_bytes(8)) {
    return std::nullopt;
  }
  bytes.remove_prefix(kHeaderBytes);
  const std::size_t indexes = counts->transitions * 8;
  const std::size_t types = indexes + counts->transitions;
  ZoneData zone;
  zone.first_offset_ = read_big_endian(bytes, types, 4);
  for (std::size_t i = 0; i < counts->transitions; ++i) {
    const auto type = static_cast<unsigned char>(bytes[indexes + i]);
    if (type >= counts->types) return std::nullopt;
    zone.transitions_.push_back(
        {read_big_endian(bytes, i * 8, 8), read_big_endian(bytes, types + type * 6u, 4)});
  }
  auto footer = bytes.substr(counts->body_bytes(8));
  if (footer.starts_with('\n')) footer.remove_prefix(1);
  zone.after_ = PosixZone::parse(footer.substr(0, footer.find('\n')));
  return zone;
}

std::int64_t ZoneData::find_offset(std::int64_t utc_seconds) const {
  const auto next = std::ranges::upper_bound(transitions_, utc_seconds, {}, &Transition::at);
  if (next == transitions_.end() && after_) return after_->find_offset(utc_seconds);
  return next == transitions_.begin() ? first_offset_ : std::prev(next)->offset;
}

}  // namespace tidegate::cel
