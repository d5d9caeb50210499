#include "proxy/prepare.h"

#include <fmt/format.h>

#include <iterator>

#include "http/h1_format.h"
#include "proxy/route_decision.h"

namespace tidegate::proxy {
namespace {

// RFC 9562 version 4, from the worker's generator: an identifier, not a secret.
std::string_view make_request_id(Flight& flight) {
  const std::uint64_t high = (flight.worker.random.next() & ~0xf000ULL) | 0x4000ULL;
  const std::uint64_t low = (flight.worker.random.next() >> 2) | 0x8000000000000000ULL;
  auto* text = static_cast<char*>(flight.exchange.arena.allocate(36, 1));
  static constexpr char kHex[] = "0123456789abcdef";
  char* out = text;
  const auto write = [&out](std::uint64_t word, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) *out++ = kHex[(word >> shift) & 0xf];
  };
  write(high >> 32, 8);
  *out++ = '-';
  write(high >> 16, 4);
  *out++ = '-';
  write(high, 4);
  *out++ = '-';
  write(low >> 48, 4);
  *out++ = '-';
  write(low, 12);
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
  http::remove_hop_by_hop(request.fields, http::TeField::kKeepTrailers);
  request.fields.remove(http::HeaderId::kXGatewayModelName);
  request.fields.remove(http::HeaderId::kExpect);
  request.fields.remove(http::HeaderId::kHttp2Settings);
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
