// Paths, queries and hosts of request targets, brought into the one form that matching and
// forwarding share.
//
// A route must decide on the same path that the backend will act on, otherwise
// "/public/%2e%2e/admin" walks around a rule. So the proxy normalises once, matches the result and
// forwards the result. Thread: any.   Source: RFC 3986 5.2.4, 6.2.2; RFC 9110 4.2.3; WHATWG URL 5
// (queries).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"

namespace tidegate::http {

enum class EncodedSlash : std::uint8_t {
  kKeep,    // "%2F" and "%5C" stay encoded: data, never a separator
  kReject,  // 400, for backends known to decode before they route
};
enum class RepeatedSlash : std::uint8_t { kMerge, kKeep };

struct PathPolicy {
  EncodedSlash encoded_slash = EncodedSlash::kKeep;
  RepeatedSlash repeated_slash = RepeatedSlash::kMerge;
};

// The normal form of an absolute path ("/a/b", no query; "*" is returned as it is):
//   - "%41" becomes "A" for letters, digits and "-._~"; other escapes stay, with upper-case digits;
//   - "." and ".." segments are resolved, spelled "%2e" too; ".." above the root is an error;
//   - "//" becomes "/" under kMerge.
// Returns: a view of `path` itself when nothing changes, else a copy in `arena`.
// Errors:  kMalformed, origin downstream: no leading slash, a broken escape, "%00", a raw
// backslash, ".." above the
//          root, an encoded slash under kReject.
Result<std::string_view> normalize_path(std::string_view path, PathPolicy policy, Arena& arena);

enum class PlusSign : std::uint8_t { kLiteral, kSpace };

// Decodes every "%XX". Nothing when an escape is broken. A view of `text` when it has no escape.
std::optional<std::string_view> percent_decode(std::string_view text, PlusSign plus, Arena& arena);

struct QueryParameter {
  std::string_view name;  // as sent, encoded
  std::string_view value;
};

// Iterates over "a=1&b=2". Only '&' separates; empty parts are skipped.
class QueryReader {
 public:
  explicit QueryReader(std::string_view query) : rest_(query) {}
  std::optional<QueryParameter> next();

 private:
  std::string_view rest_;
};

// The decoded value of the first parameter whose decoded name is `name` (Gateway API: the first one
// counts).
// '+' is a space. Text with a broken escape is taken as it stands.
std::optional<std::string_view> find_query_parameter(std::string_view query, std::string_view name,
                                                     Arena& arena);

// The target without the query parameters whose decoded names are among these; itself when it has
// none of them.
std::string_view remove_query_parameters(std::string_view target,
                                         std::initializer_list<std::string_view> names,
                                         Arena& arena);

// The host of an authority for matching: without port and one trailing dot, in lower case. IPv6
// literals come without brackets. Nothing when it is not an authority.
std::optional<std::string_view> find_match_host(std::string_view authority, Arena& arena);

}  // namespace tidegate::http
