#include "http/header_map.h"

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>

#include "http/chars.h"

namespace tidegate::http {
namespace {

struct Known {
  std::string_view name;  // lower case
  HeaderId id;
};

constexpr Known kKnown[] = {
    {"accept", HeaderId::kAccept},
    {"accept-encoding", HeaderId::kAcceptEncoding},
    {"access-control-request-headers", HeaderId::kAccessControlRequestHeaders},
    {"access-control-request-method", HeaderId::kAccessControlRequestMethod},
    {"api-key", HeaderId::kApiKey},
    {"authorization", HeaderId::kAuthorization},
    {"cdn-loop", HeaderId::kCdnLoop},
    {"connection", HeaderId::kConnection},
    {"content-encoding", HeaderId::kContentEncoding},
    {"content-length", HeaderId::kContentLength},
    {"content-type", HeaderId::kContentType},
    {"cookie", HeaderId::kCookie},
    {"date", HeaderId::kDate},
    {"expect", HeaderId::kExpect},
    {"grpc-status", HeaderId::kGrpcStatus},
    {"grpc-timeout", HeaderId::kGrpcTimeout},
    {"host", HeaderId::kHost},
    {"http2-settings", HeaderId::kHttp2Settings},
    {"keep-alive", HeaderId::kKeepAlive},
    {"location", HeaderId::kLocation},
    {"origin", HeaderId::kOrigin},
    {"proxy-authenticate", HeaderId::kProxyAuthenticate},
    {"proxy-authorization", HeaderId::kProxyAuthorization},
    {"proxy-connection", HeaderId::kProxyConnection},
    {"retry-after", HeaderId::kRetryAfter},
    {"sec-websocket-key", HeaderId::kSecWebSocketKey},
    {"server", HeaderId::kServer},
    {"te", HeaderId::kTe},
    {"traceparent", HeaderId::kTraceparent},
    {"trailer", HeaderId::kTrailer},
    {"transfer-encoding", HeaderId::kTransferEncoding},
    {"upgrade", HeaderId::kUpgrade},
    {"user-agent", HeaderId::kUserAgent},
    {"vary", HeaderId::kVary},
    {"via", HeaderId::kVia},
    {"x-api-key", HeaderId::kXApiKey},
    {"x-forwarded-for", HeaderId::kXForwardedFor},
    {"x-forwarded-proto", HeaderId::kXForwardedProto},
    {"x-gateway-model-name", HeaderId::kXGatewayModelName},
    {"x-request-id", HeaderId::kXRequestId},
    {"x-tidegate-hops", HeaderId::kXTidegateHops},
};

constexpr unsigned char lower(char c) {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

// Slot of a name from its length and its first and last letters, in any case. The factors were
// searched for: no two known names share a slot.
constexpr std::size_t kSlots = 128;
constexpr std::size_t slot_of(std::string_view name) {
  const auto first = static_cast<unsigned char>(name.front()) | 0x20U;
  const auto last = static_cast<unsigned char>(name.back()) | 0x20U;
  return (name.size() * 1 + first * 13 + last * 41) % kSlots;
}

consteval std::array<std::uint8_t, kSlots> make_slots() {
  std::array<std::uint8_t, kSlots> slots{};  // index into kKnown plus one
  for (std::size_t i = 0; i < std::size(kKnown); ++i) {
    std::uint8_t& slot = slots[slot_of(kKnown[i].name)];
    if (slot != 0) throw "two names in one slot: search for other factors";
    slot = static_cast<std::uint8_t>(i + 1);
  }
  return slots;
}
constexpr auto kSlotTable = make_slots();

// Names for comparing sixteen bytes at a time: the text, and 0x20 where it has a letter (only there
// does the other case differ by that bit).
constexpr std::size_t kNameBytes = 32;
struct NameBytes {
  alignas(16) std::array<char, kNameBytes> text{};
  alignas(16) std::array<char, kNameBytes> case_bits{};
};
constexpr auto make_name_bytes() {
  std::array<NameBytes, std::size(kKnown)> all{};
  for (std::size_t i = 0; i < std::size(kKnown); ++i) {
    const std::string_view name = kKnown[i].name;
    for (std::size_t at = 0; at < name.size(); ++at) {
      all[i].text[at] = name[at];
      if (name[at] >= 'a' && name[at] <= 'z') all[i].case_bits[at] = 0x20;
    }
  }
  return all;
}
constexpr auto kNames = make_name_bytes();

__m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

// Bit i: byte at + i of a name agrees with the known one.
unsigned same_bytes(const NameBytes& known, std::size_t at, __m128i bytes) {
  const __m128i lowered = _mm_or_si128(bytes, load(&known.case_bits[at]));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(lowered, load(&known.text[at]))));
}

// Whether a name of `size` bytes is the known one of that size. `first` and `last` are its first
// sixteen bytes and, of a longer one, its last sixteen.
bool same_as_known(const NameBytes& known, std::size_t size, __m128i first, __m128i last) {
  if (size < 16) {
    const unsigned wanted = (1U << size) - 1;
    return (same_bytes(known, 0, first) & wanted) == wanted;
  }
  return same_bytes(known, 0, first) == 0xffff && same_bytes(known, size - 16, last) == 0xffff;
}

}  // namespace

bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

HeaderId header_id(std::string_view name) {
  if (name.size() >= 16) return header_id(name, name.data() + name.size());
  std::array<char, 16> padded{};
  std::copy(name.begin(), name.end(), padded.begin());
  return header_id(std::string_view(padded.data(), name.size()), padded.data() + padded.size());
}

HeaderId header_id(std::string_view name, const char* readable_end) {
  if (name.empty() || name.size() > kNameBytes) return HeaderId::kOther;
  if (readable_end - name.data() < 16) return header_id(name);
  const std::size_t slot = kSlotTable[slot_of(name)];
  if (slot == 0 || kKnown[slot - 1].name.size() != name.size()) return HeaderId::kOther;
  const __m128i first = load(name.data());
  const __m128i last = name.size() > 16 ? load(name.data() + name.size() - 16) : first;
  const bool same = same_as_known(kNames[slot - 1], name.size(), first, last);
  return same ? kKnown[slot - 1].id : HeaderId::kOther;
}

bool has_token(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    std::string_view member = value.substr(0, comma);
    const std::size_t first = member.find_first_not_of(" \t");
    if (first != std::string_view::npos) {
      member = member.substr(first, member.find_last_not_of(" \t") - first + 1);
      if (iequals(member, token)) return true;
    }
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return false;
}

void HeaderMap::add(std::string_view name, std::string_view value) {
  add(header_id(name), name, value);
}

void HeaderMap::grow(std::size_t wanted) {
  const std::size_t capacity = std::max<std::size_t>({16, capacity_ * 2, wanted});
  Field* fields = arena_->allocate_array<Field>(capacity);
  std::uninitialized_copy_n(fields_, size_, fields);
  fields_ = fields;
  capacity_ = capacity;
}

void HeaderMap::assign(const HeaderMap& other) {
  clear();
  // Room for what a gateway adds to a head.
  if (capacity_ < other.size_) grow(other.size_ + 8);
  std::uninitialized_copy_n(other.fields_, other.size_, fields_);
  size_ = other.size_;
  ids_ = other.ids_;
}

void HeaderMap::rebase(std::string_view from, const char* to) {
  for (Field& field : std::span(fields_, size_)) {
    field.name = {to + (field.name.data() - from.data()), field.name.size()};
    field.value = {to + (field.value.data() - from.data()), field.value.size()};
  }
}

void HeaderMap::set(HeaderId id, std::string_view name, std::string_view value) {
  if (ids_.has(id) || id == HeaderId::kOther) {
    for (std::size_t i = 0; i < size_; ++i) {
      if (!same_name(fields_[i], id, name)) continue;
      set_value(fields_[i], value);
      remove_from(i + 1, id, name);
      return;
    }
  }
  add(id, name, value);
}

std::size_t HeaderMap::remove(std::string_view name) {
  return remove_from(0, header_id(name), name);
}

std::optional<std::string_view> HeaderMap::find(HeaderId id) const {
  if (!ids_.has(id)) return std::nullopt;
  for (const Field& field : fields()) {
    if (field.id == id) return field.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> HeaderMap::find(std::string_view name) const {
  const HeaderId id = header_id(name);
  if (id != HeaderId::kOther) return find(id);
  for (const Field& field : fields()) {
    if (same_name(field, id, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t HeaderMap::count(HeaderId id) const {
  if (!ids_.has(id)) return 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(fields(), [id](const Field& field) { return field.id == id; }));
}

bool HeaderMap::same_name(const Field& field, HeaderId id, std::string_view name) const {
  if (id != HeaderId::kOther) return field.id == id;
  return field.id == HeaderId::kOther && iequals(field.name, name);
}

std::size_t HeaderMap::remove_from(std::size_t start, HeaderId id, std::string_view name) {
  std::size_t kept = start;
  for (std::size_t i = start; i < size_; ++i) {
    if (same_name(fields_[i], id, name)) continue;
    fields_[kept++] = fields_[i];
  }
  return std::exchange(size_, kept) - kept;
}

}  // namespace tidegate::http
