// The heads of HTTP messages, independent of the version on the wire.
//
// All texts are views into the exchange's arena or static storage. A codec (HTTP/1 or HTTP/2) makes
// and writes them; the proxy only sees these.   Source: RFC 9110 sections 3, 6 and 7.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "http/header_map.h"

namespace tidegate::http {

enum class Version : std::uint8_t { kHttp10, kHttp11, kHttp2 };
// "HTTP/1.1".
std::string_view to_string(Version version);

// How long a body is, as its head says.
struct BodyLength {
  enum class Kind : std::uint8_t {
    kNone,        // no body at all
    kKnown,       // exactly `bytes` (may be 0 for a message that has an empty body)
    kChunked,     // HTTP/1 chunked, or an HTTP/2 body without content-length
    kUntilClose,  // HTTP/1 responses only
  };
  Kind kind = Kind::kNone;
  std::uint64_t bytes = 0;

  static constexpr BodyLength none() { return {}; }
  static constexpr BodyLength known(std::uint64_t n) { return {Kind::kKnown, n}; }
  static constexpr BodyLength chunked() { return {Kind::kChunked, 0}; }
  static constexpr BodyLength until_close() { return {Kind::kUntilClose, 0}; }
  bool is_empty() const { return kind == Kind::kNone || (kind == Kind::kKnown && bytes == 0); }
  friend bool operator==(const BodyLength&, const BodyLength&) = default;
};

struct RequestHead {
  explicit RequestHead(Arena& arena) : fields(arena) {}

  std::string_view method;     // as sent; methods are case-sensitive
  std::string_view scheme;     // "http" or "https": what the client used to reach this listener
  std::string_view authority;  // Host or :authority, without user information
  std::string_view target;     // origin form "/path?query"; "*" for OPTIONS *; empty for CONNECT
  HeaderMap fields;            // without Host in HTTP/2; in HTTP/1 Host is kept in place
  Version version = Version::kHttp11;
  BodyLength body;
  bool keep_alive = true;        // HTTP/1: the connection may carry another request
  bool expect_continue = false;  // "Expect: 100-continue"
  std::string_view
      upgrade;  // HTTP/1 "Upgrade" protocol when Connection lists it; HTTP/2 ":protocol"

  std::string_view path() const { return target.substr(0, target.find('?')); }
  std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  }
};

struct ResponseHead {
  explicit ResponseHead(Arena& arena) : fields(arena) {}

  std::uint16_t status = 0;
  std::string_view reason;  // HTTP/1 only; empty: the standard phrase
  HeaderMap fields;
  Version version = Version::kHttp11;
  BodyLength body;
  bool keep_alive = true;
};

// Tells a head whose texts lie in `from` that these bytes lie at `to` now. Texts elsewhere stay.
void rebase(RequestHead& head, std::string_view from, const char* to);
void rebase(ResponseHead& head, std::string_view from, const char* to);

// The registered phrase of a status ("Not Found"); "Unknown" for others.
std::string_view reason_phrase(std::uint16_t status);

// Whether a response with this status to this method has a body at all (RFC 9110 6.4.1).
bool response_has_body(std::string_view request_method, std::uint16_t status);

}  // namespace tidegate::http
