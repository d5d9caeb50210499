// Content codings: what was done to a body so that it is shorter on its way.   Thread: pure
// functions. Source: RFC 9110 8.4 and 12.5.3; RFC 7932 (br), RFC 8878 and 9659 (zstd).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/header_map.h"

namespace tidegate::coding {

enum class Coding : std::uint8_t { kGzip, kDeflate, kBrotli, kZstd };

// Every coding that can be undone here, as a value of Accept-Encoding.
inline constexpr std::string_view kAccepted = "gzip, deflate, br, zstd";
// Codings of one body: nobody applies more but to have them undone one by one.
inline constexpr std::size_t kMaxCodings = 3;

// What Content-Encoding says, in the order of application; of several fields as of one list. Empty:
// the body is as it is ("identity" says nothing).
// Errors: kUnsupported for a coding that is not known here, and for more than kMaxCodings.
Result<std::vector<Coding>> read_codings(const http::HeaderMap& fields, Origin origin);

// Makes the fields of a message those of the same message without its codings: its length and
// digests are of other bytes, and so is a strong ETag, which says that every byte is the same; as a
// weak one it still tells the versions of a resource apart.
// Source: RFC 9110 8.8.1, 8.8.3.3, 14.3 (Accept-Ranges); RFC 9530 (Content-Digest, Repr-Digest).
void fit_fields(http::HeaderMap& fields);

}  // namespace tidegate::coding
