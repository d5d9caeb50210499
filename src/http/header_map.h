// Fields of one message head, in order, as views.
//
// Names keep the spelling they came with (an HTTP/1 peer sees it again); comparison ignores case.
// Well-known names carry an id, so that looking one up compares bytes only for unknown names. Names
// and values are views: they live in the exchange's arena or in static storage. Thread: owning
// worker only.   Source: RFC 9110 section 5.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/arena.h"

namespace tidegate::http {

// Field names that the gateway itself looks at. kOther is every other name.
enum class HeaderId : std::uint8_t {
  kOther,
  kAccept,
  kAcceptEncoding,
  kAccessControlRequestHeaders,
  kAccessControlRequestMethod,
  kAuthorization,
  kConnection,
  kContentEncoding,
  kContentLength,
  kContentType,
  kCookie,
  kDate,
  kExpect,
  kGrpcStatus,
  kGrpcTimeout,
  kHost,
  kHttp2Settings,
  kKeepAlive,
  kLocation,
  kOrigin,
  kProxyAuthenticate,
  kProxyAuthorization,
  kProxyConnection,
  kRetryAfter,
  kSecWebSocketKey,
  kServer,
  kTe,
  kTraceparent,
  kTrailer,
  kTransferEncoding,
  kUpgrade,
  kUserAgent,
  kVary,
  kVia,
  kXApiKey,
  kXForwardedFor,
  kXForwardedProto,
  kXGatewayModelName,
  kXRequestId,
};

// A set of well-known names; kOther is in none.
class HeaderIdSet {
 public:
  constexpr HeaderIdSet(std::initializer_list<HeaderId> ids) {
    for (const HeaderId id : ids) bits_ |= std::uint64_t{1} << static_cast<unsigned>(id);
  }
  constexpr bool has(HeaderId id) const {
    return id != HeaderId::kOther && (bits_ >> static_cast<unsigned>(id) & 1U) != 0;
  }

 private:
  static_assert(static_cast<unsigned>(HeaderId::kXRequestId) < 64);
  std::uint64_t bits_ = 0;
};

// The id of a name in any case; kOther when it is not in the table.
HeaderId header_id(std::string_view name);
// Field names and tokens compare without regard to ASCII case.
bool iequals(std::string_view a, std::string_view b);
// True when the comma-separated list `value` has `token` as a member (any case), as in Connection:
// close, te.
bool has_token(std::string_view value, std::string_view token);

struct Field {
  std::string_view name;
  std::string_view value;
  HeaderId id = HeaderId::kOther;
};

class HeaderMap {
 public:
  // Storage for the list comes from `arena`, which must outlive the map.
  explicit HeaderMap(Arena& arena) : arena_(&arena) {}

  // Appends a field. The texts must outlive the map: copy them into the arena where they do not.
  void add(std::string_view name, std::string_view value);
  // `id` must be header_id(name): formatters take the names of known ids as checked.
  void add(HeaderId id, std::string_view name, std::string_view value) {
    if (size_ == capacity_) grow();
    ::new (fields_ + size_++) Field{name, value, id};
  }
  // Replaces every field of that name by one; keeps the place of the first.
  void set(std::string_view name, std::string_view value);
  // Removes every field of that name. Returns how many there were.
  std::size_t remove(std::string_view name);
  std::size_t remove(HeaderId id) {
    return remove_if([id](const Field& field) { return field.id == id; });
  }
  std::size_t remove(HeaderIdSet ids) {
    return remove_if([ids](const Field& field) { return ids.has(field.id); });
  }
  // Removes the fields for which `goes(field)` is true. Returns how many there were.
  template <class Predicate>
  std::size_t remove_if(Predicate goes) {
    const auto kept = std::remove_if(fields_, fields_ + size_, goes);
    return std::exchange(size_, static_cast<std::size_t>(kept - fields_)) - size_;
  }

  // First value of that name.
  std::optional<std::string_view> find(HeaderId id) const;
  std::optional<std::string_view> find(std::string_view name) const;
  // How many fields have that name.
  std::size_t count(HeaderId id) const;

  std::span<const Field> fields() const { return {fields_, size_}; }
  std::span<Field> fields() { return {fields_, size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  Arena& arena() const { return *arena_; }

 private:
  void grow();
  bool same_name(const Field& field, HeaderId id, std::string_view name) const;
  std::size_t remove_from(std::size_t start, HeaderId id, std::string_view name);

  Arena* arena_;
  Field* fields_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace tidegate::http
