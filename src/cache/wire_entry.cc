#include "cache/wire_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <memory>

#include "digest/digest.h"

namespace tidegate::cache {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr std::string_view kMagic = "tgrc";
constexpr std::size_t kHeadBytes = 8;
constexpr std::size_t kDigestBytes = sizeof(Sha256);

enum class Kind : char { kAnswer = 'a', kPointer = 'p' };
enum Flag : unsigned { kIsStream = 1, kInBoth = 2, kShowsUsage = 4, kHasUsage = 8, kAllFlags = 15 };

std::string_view bytes_of(const Key& key) {
  return {reinterpret_cast<const char*>(key.words.data()), sizeof key.words};
}

void append_number(std::string& out, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

// REQUIRES: 8 bytes.
std::uint64_t take_number(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  bytes.remove_prefix(8);
  return number;
}

std::string digest_of(std::string_view bytes) { return std::string(view_of(sha256(bytes))); }

std::string begin(Kind kind, unsigned flags, const Key& key, std::size_t content) {
  std::string out;
  out.reserve(content + kWireOverhead);
  out.append(kMagic).append(1, static_cast<char>(kWireVersion));
  out.append(1, static_cast<char>(kind)).append(1, static_cast<char>(flags)).append(1, '\0');
  return out.append(bytes_of(key));
}

// What is between key and digest; empty where these are not right.
std::optional<std::string_view> open(Kind kind, const Key& key, std::string_view bytes,
                                     unsigned& flags) {
  if (bytes.size() < kHeadBytes + sizeof key.words + kDigestBytes) return std::nullopt;
  const std::string_view signed_part = bytes.substr(0, bytes.size() - kDigestBytes);
  flags = static_cast<unsigned char>(bytes[6]);
  if (flags > kAllFlags || !signed_part.starts_with(begin(kind, flags, key, 0))) {
    return std::nullopt;
  }
  if (digest_of(signed_part) != bytes.substr(signed_part.size())) return std::nullopt;
  return signed_part.substr(kHeadBytes + sizeof key.words);
}

// Every count of a usage, in the order of the wire.
template <class U>
auto counts_of(U& usage) {
  return std::array{&usage.input_uncached, &usage.cache_read,  &usage.cache_write_5m,
                    &usage.cache_write_1h, &usage.output,      &usage.reasoning,
                    &usage.audio_input,    &usage.audio_output};
}
constexpr std::size_t kUsageBytes = 8 * 8;

std::uint64_t to_wire(WallTime time) {
  const auto since = duration_cast<milliseconds>(time.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

// How far a time of the wire is behind `now`; a clock that is wrong by years is cut.
milliseconds time_since(std::uint64_t wire, WallTime now) {
  constexpr std::int64_t kMost = std::int64_t{1} << 42;  // 140 years
  const auto then = static_cast<std::int64_t>(std::min<std::uint64_t>(wire, kMost));
  return milliseconds(static_cast<std::int64_t>(to_wire(now)) - then);
}

}  // namespace

std::string write_entry(const Key& key, const Entry& entry, Now now) {
  unsigned flags = entry.is_stream ? kIsStream : 0;
  if (entry.in_both) flags |= kInBoth;
  if (entry.shows_usage) flags |= kShowsUsage;
  if (entry.usage) flags |= kHasUsage;
  std::string out = begin(Kind::kAnswer, flags, key, entry.body.size());
  const auto wall_of = [now](SteadyTime time) {
    return now.wall + duration_cast<WallTime::duration>(time - now.steady);
  };
  append_number(out, to_wire(wall_of(entry.stored)));
  append_number(out, to_wire(wall_of(entry.expires)));
  if (entry.usage) {
    for (const TokenCount* count : counts_of(*entry.usage)) append_number(out, count->value());
  }
  out += entry.body;
  return out += digest_of(out);
}

EntryPtr read_entry(const Key& key, std::string_view bytes, milliseconds max_life, Now now) {
  unsigned flags = 0;
  const auto content = open(Kind::kAnswer, key, bytes, flags);
  const bool has_usage = (flags & kHasUsage) != 0;
  if (!content || content->size() < 16 + (has_usage ? kUsageBytes : 0)) return nullptr;
  std::string_view rest = *content;
  const milliseconds age = std::max(time_since(take_number(rest), now.wall), milliseconds(0));
  const milliseconds left = std::min(-time_since(take_number(rest), now.wall), max_life);
  if (left.count() <= 0) return nullptr;
  auto entry = std::make_shared<Entry>();
  entry->stored = now.steady - age;
  entry->expires = now.steady + left;
  entry->is_stream = (flags & kIsStream) != 0;
  entry->in_both = (flags & kInBoth) != 0;
  entry->shows_usage = (flags & kShowsUsage) != 0;
  if (has_usage) {
    for (TokenCount* count : counts_of(entry->usage.emplace())) {
      *count = TokenCount(take_number(rest));
    }
  }
  entry->body = rest;
  return entry;
}

std::string write_pointer(const Key& key, const Key& answer) {
  std::string out = begin(Kind::kPointer, 0, key, sizeof answer.words);
  out.append(bytes_of(answer));
  return out += digest_of(out);
}

std::optional<Key> read_pointer(const Key& key, std::string_view bytes) {
  unsigned flags = 0;
  const auto content = open(Kind::kPointer, key, bytes, flags);
  Key answer;
  if (!content || flags != 0 || content->size() != sizeof answer.words) return std::nullopt;
  std::memcpy(answer.words.data(), content->data(), content->size());
  return answer;
}

std::string to_hex(const Key& key) {
  std::string out;
  for (const char byte : bytes_of(key)) {
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(byte));
  }
  return out;
}

}  // namespace tidegate::cache
