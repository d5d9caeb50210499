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
  kApiKey,
  kAuthorization,
  kCdnLoop,
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
  kXTidegateHops,
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
  constexpr void add(HeaderId id) { bits_ |= std::uint64_t{1} << static_cast<unsigned>(id); }
  constexpr bool shares_any(HeaderIdSet other) const { return (bits_ & other.bits_) != 0; }
  constexpr HeaderIdSet with(HeaderId id) const {
    HeaderIdSet more = *this;
    more.add(id);
    return more;
  }

 private:
  static_assert(static_cast<unsigned>(HeaderId::kXTidegateHops) < 64);
  std::uint64_t bits_ = 0;
};

// The id of a name in any case; kOther when it is not in the table.
HeaderId header_id(std::string_view name);
// The same, faster, for a name behind which bytes may be read up to `readable_end`.
HeaderId header_id(std::string_view name, const char* readable_end);
// Field names and tokens compare without regard to ASCII case.
bool iequals(std::string_view a, std::string_view b);
// True when the comma-separated list `value` has `token` as a member (any case), as in Connection:
// close, te.
bool has_token(std::string_view value, std::string_view token);

// Whether a field still stands in memory as one checked line: name, ": ", value, CRLF. Then a head
// in which it goes on unchanged is made by copying the line, with its neighbours, as it is.
enum class FieldForm : std::uint8_t { kParts, kLine };

struct Field {
  std::string_view name;
  std::string_view value;
  HeaderId id = HeaderId::kOther;
  FieldForm form = FieldForm::kParts;

  // REQUIRES: kLine. The line with its CRLF.
  std::string_view line() const { return {name.data(), name.size() + value.size() + 4}; }
};

class HeaderMap {
 public:
  // Storage for the list comes from `arena`, which must outlive the map.
  explicit HeaderMap(Arena& arena) : arena_(&arena) {}
  // A copy would share the list and not know it: see assign().
  HeaderMap(const HeaderMap&) = delete;
  HeaderMap& operator=(const HeaderMap&) = delete;
  HeaderMap(HeaderMap&& other) noexcept
      : arena_(other.arena_),
        fields_(std::exchange(other.fields_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)),
        ids_(std::exchange(other.ids_, {})) {}
  HeaderMap& operator=(HeaderMap&& other) noexcept {
    std::swap(arena_, other.arena_);
    std::swap(fields_, other.fields_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(ids_, other.ids_);
    return *this;
  }

  // Appends a field. The texts must outlive the map: copy them into the arena where they do not.
  void add(std::string_view name, std::string_view value);
  // `id` must be header_id(name): formatters take the names of known ids as checked.
  void add(HeaderId id, std::string_view name, std::string_view value,
           FieldForm form = FieldForm::kParts) {
    if (size_ == capacity_) grow(size_ + 1);
    ::new (fields_ + size_++) Field{name, value, id, form};
    ids_.add(id);
  }
  // Makes the fields those of `other`, whose texts must outlive this map too.
  void assign(const HeaderMap& other);
  // Gives a field of this map another value.
  void set_value(const Field& field, std::string_view value) {
    Field& own = fields_[&field - fields_];
    own.value = value;
    own.form = FieldForm::kParts;
  }
  // Tells that the texts, all of which lie in `from`, lie at the same offsets in `to` now.
  void rebase(std::string_view from, const char* to);
  // Replaces every field of that name by one; keeps the place of the first.
  void set(std::string_view name, std::string_view value) { set(header_id(name), name, value); }
  void set(HeaderId id, std::string_view name, std::string_view value);
  // Removes every field of that name. Returns how many there were.
  std::size_t remove(std::string_view name);
  std::size_t remove(HeaderId id) { return remove(HeaderIdSet{id}); }
  std::size_t remove(HeaderIdSet ids) {
    if (!may_have(ids)) return 0;
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
  // False only when no field has one of these names.
  bool may_have(HeaderIdSet ids) const { return ids_.shares_any(ids); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void clear() {
    size_ = 0;
    ids_ = {};
  }
  Arena& arena() const { return *arena_; }

 private:
  void grow(std::size_t wanted);
  bool same_name(const Field& field, HeaderId id, std::string_view name) const;
  std::size_t remove_from(std::size_t start, HeaderId id, std::string_view name);

  Arena* arena_;
  Field* fields_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  HeaderIdSet ids_ = {};  // of all fields since the last clear(), removed ones too
};

}  // namespace tidegate::http
