#include "http/header_map.h"

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
    {"authorization", HeaderId::kAuthorization},
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
};

constexpr unsigned char lower(char c) {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

// Slot of a name from its length and its first and last letters, in any case; collisions probe
// onwards.
constexpr std::size_t kSlots = 128;
constexpr std::size_t slot_of(std::string_view name) {
  const auto first = static_cast<unsigned char>(name.front()) | 0x20U;
  const auto last = static_cast<unsigned char>(name.back()) | 0x20U;
  return (name.size() * 31 + first * 7 + last * 17) % kSlots;
}

constexpr std::array<std::uint8_t, kSlots> make_slots() {
  std::array<std::uint8_t, kSlots> slots{};  // index into kKnown plus one
  for (std::size_t i = 0; i < std::size(kKnown); ++i) {
    std::size_t slot = slot_of(kKnown[i].name);
    while (slots[slot] != 0) slot = (slot + 1) % kSlots;
    slots[slot] = static_cast<std::uint8_t>(i + 1);
  }
  return slots;
}
constexpr auto kSlotTable = make_slots();

// Names for comparing eight bytes at a time: the text, and 0x20 where it has a letter (only there
// does the other case differ by that bit).
constexpr std::size_t kNameBytes = 32;
struct NameWords {
  std::array<char, kNameBytes> text{};
  std::array<char, kNameBytes> case_bits{};
};
constexpr auto make_name_words() {
  std::array<NameWords, std::size(kKnown)> all{};
  for (std::size_t i = 0; i < std::size(kKnown); ++i) {
    const std::string_view name = kKnown[i].name;
    for (std::size_t at = 0; at < name.size(); ++at) {
      all[i].text[at] = name[at];
      if (name[at] >= 'a' && name[at] <= 'z') all[i].case_bits[at] = 0x20;
    }
  }
  return all;
}
constexpr auto kNameWords = make_name_words();

// Whether `name`, of the same length as the known one, is that name in any case.
bool same_as_known(const NameWords& known, std::string_view name) {
  const auto same_at = [&](std::size_t at) {
    const std::uint64_t word = load_word(name.data() + at) | load_word(&known.case_bits[at]);
    return word == load_word(&known.text[at]);
  };
  if (name.size() < 8) return iequals(std::string_view(known.text.data(), name.size()), name);
  for (std::size_t at = 0; at + 8 <= name.size(); at += 8) {
    if (!same_at(at)) return false;
  }
  return same_at(name.size() - 8);
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
  if (name.empty()) return HeaderId::kOther;
  for (std::size_t slot = slot_of(name); kSlotTable[slot] != 0; slot = (slot + 1) % kSlots) {
    const std::size_t index = kSlotTable[slot] - 1U;
    const Known& known = kKnown[index];
    if (known.name.size() == name.size() && same_as_known(kNameWords[index], name)) return known.id;
  }
  return HeaderId::kOther;
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

void HeaderMap::grow() {
  const std::size_t capacity = capacity_ == 0 ? 16 : capacity_ * 2;
  Field* fields = arena_->allocate_array<Field>(capacity);
  std::uninitialized_copy_n(fields_, size_, fields);
  fields_ = fields;
  capacity_ = capacity;
}

void HeaderMap::set(std::string_view name, std::string_view value) {
  const HeaderId id = header_id(name);
  for (std::size_t i = 0; i < size_; ++i) {
    if (!same_name(fields_[i], id, name)) continue;
    fields_[i].value = value;
    remove_from(i + 1, id, name);
    return;
  }
  add(id, name, value);
}

std::size_t HeaderMap::remove(std::string_view name) {
  return remove_from(0, header_id(name), name);
}

std::optional<std::string_view> HeaderMap::find(HeaderId id) const {
  for (const Field& field : fields()) {
    if (field.id == id) return field.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> HeaderMap::find(std::string_view name) const {
  const HeaderId id = header_id(name);
  for (const Field& field : fields()) {
    if (same_name(field, id, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t HeaderMap::count(HeaderId id) const {
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
