#include "proxy/prepare.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "http/h1_format.h"
#include "proxy/parent_loop.h"
#include "proxy/route_decision.h"

namespace tidegate::proxy {
namespace {

// Writes the eight hexadecimal digits of `word`, all at once: digit by digit, an identifier costs
// more than routing the request.
void put_hex(std::uint32_t word, char* out) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t bytes = __builtin_bswap32(word);
  bytes = (bytes | bytes << 16) & 0x0000ffff0000ffffULL;
  bytes = (bytes | bytes << 8) & 0x00ff00ff00ff00ffULL;
  const std::uint64_t digits =
      (bytes >> 4 & 0x000f000f000f000fULL) | (bytes & 0x000f000f000f000fULL) << 8;
  const std::uint64_t letters = (digits + 0x0606060606060606ULL) >> 4 & 0x0101010101010101ULL;
  const std::uint64_t text = digits + 0x3030303030303030ULL + letters * ('a' - '0' - 10);
  std::memcpy(out, &text, sizeof(text));
}

// RFC 9562 version 4, from the worker's generator: an identifier, not a secret.
std::string_view make_request_id(Flight& flight) {
  const std::uint64_t high = (flight.worker.random.next() & ~0xf000ULL) | 0x4000ULL;
  const std::uint64_t low = (flight.worker.random.next() >> 2) | 0x8000000000000000ULL;
  char digits[32];
  put_hex(static_cast<std::uint32_t>(high >> 32), digits);
  put_hex(static_cast<std::uint32_t>(high), digits + 8);
  put_hex(static_cast<std::uint32_t>(low >> 32), digits + 16);
  put_hex(static_cast<std::uint32_t>(low), digits + 24);
  auto* text = static_cast<char*>(flight.exchange.arena.allocate(36, 1));
  std::memcpy(text, digits, 8);
  std::memcpy(text + 9, digits + 8, 4);
  std::memcpy(text + 14, digits + 12, 4);
  std::memcpy(text + 19, digits + 16, 4);
  std::memcpy(text + 24, digits + 20, 12);
  text[8] = text[13] = text[18] = text[23] = '-';
  return {text, 36};
}

}  // namespace

Result<void> prepare_request(Flight& flight) {
  http::RequestHead& request = flight.exchange.request;
  if (request.method == "CONNECT" && request.upgrade.empty()) {
    return fail(ErrorCode::kUnsupported, Origin::kDownstream, "CONNECT is not supported");
  }
  const auto expected = request.fields.find(http::HeaderId::kExpect);
  if (expected && !http::iequals(*expected, "100-continue")) {
    return fail(ErrorCode::kExpectationFailed, Origin::kDownstream,
                "only 100-continue is expected here");
  }
  // An offer to go on in HTTP/2 is for us, and we answer in HTTP/1 (RFC 9113 3.1 has dropped it).
  if (http::iequals(request.upgrade, "h2c")) request.upgrade = {};
  if (auto normal = normalize_target(request); !normal) return normal;
  if (auto first = note_hops(flight); !first) return first;
  http::remove_hop_by_hop(request.fields, http::TeField::kKeepTrailers);
  static constexpr http::HeaderIdSet kNotForwarded = {
      http::HeaderId::kXGatewayModelName, http::HeaderId::kExpect, http::HeaderId::kHttp2Settings};
  request.fields.remove(kNotForwarded);
  const auto given = request.fields.find(http::HeaderId::kXRequestId);
  if (given && !given->empty() && given->size() <= 128) {
    flight.request_id = *given;
  } else {
    flight.request_id = make_request_id(flight);
    request.fields.set("x-request-id", flight.request_id);
  }
  return {};
}

}  // namespace tidegate::proxy
