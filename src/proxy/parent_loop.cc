#include "proxy/parent_loop.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/limits.h"
#include "http/chars.h"

namespace tidegate::proxy {
namespace {

using http::HeaderId;

// Whether the list has a member with that id; members may have parameters (RFC 8586 2).
bool has_id(std::string_view list, std::string_view id) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const std::string_view member = list.substr(0, comma);
    if (http::trim_ows(member.substr(0, member.find(';'))) == id) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// Who says something else than a number has passed one gateway at least.
std::uint32_t parse_hops(std::string_view text) {
  std::uint32_t hops = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hops);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (error == std::errc::result_out_of_range) return limits::kMaxGatewayHops;
  return whole && hops > 0 ? hops : 1;
}

}  // namespace

Result<void> read_hops(Flight& flight) {
  const std::string_view id = flight.worker.gateway_id;
  for (const http::Field& field : flight.exchange.request.fields.fields()) {
    if (field.id == HeaderId::kXTidegateHops) {
      flight.hops = std::max(flight.hops, parse_hops(field.value));
    } else if (field.id == HeaderId::kCdnLoop && !id.empty() && has_id(field.value, id)) {
      return fail(ErrorCode::kLoop, Origin::kDownstream, "the request has passed this gateway");
    }
  }
  if (flight.hops < limits::kMaxGatewayHops) return {};
  return fail(ErrorCode::kLoop, Origin::kDownstream, "the request has passed too many gateways");
}

void add_hop(const Flight& flight, http::HeaderMap& fields) {
  Arena& arena = flight.exchange.arena;
  std::string_view passed;
  for (const http::Field& field : fields.fields()) {
    if (field.id != HeaderId::kCdnLoop) continue;
    passed = passed.empty() ? field.value : arena.concat({passed, ", ", field.value});
  }
  const std::string_view id = flight.worker.gateway_id;
  fields.set("cdn-loop", passed.empty() ? id : arena.concat({passed, ", ", id}));
  fields.set("x-tidegate-hops", arena.copy(std::to_string(flight.hops + 1)));
}

}  // namespace tidegate::proxy
