#include "proxy/parent_loop.h"

#include <charconv>
#include <string>

#include "base/limits.h"

namespace tidegate::proxy {
namespace {

constexpr std::string_view kLoopField = "cdn-loop";
constexpr std::string_view kHopsField = "x-tidegate-hops";

bool is_named(const http::Field& field, std::string_view name) {
  return field.id == http::HeaderId::kOther && field.name.size() == name.size() &&
         http::iequals(field.name, name);
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Whether the list has a member with that id; members may have parameters (RFC 8586 2).
bool has_id(std::string_view list, std::string_view id) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view member = list.substr(0, comma);
    if (trim(member.substr(0, member.find(';'))) == id) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
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

Result<void> note_hops(Flight& flight) {
  const std::string_view id = flight.worker.gateway_id;
  for (const http::Field& field : flight.exchange.request.fields.fields()) {
    if (is_named(field, kHopsField)) {
      flight.hops = parse_hops(field.value);
    } else if (is_named(field, kLoopField) && !id.empty() && has_id(field.value, id)) {
      return fail(ErrorCode::kLoop, Origin::kDownstream, "the request has passed this gateway");
    }
  }
  if (flight.hops < limits::kMaxGatewayHops) return {};
  return fail(ErrorCode::kLoop, Origin::kDownstream, "the request has passed too many gateways");
}

void mark_hop(const Flight& flight, ToParent to, http::HeaderMap& fields) {
  if (to == ToParent::kNo) {
    if (flight.hops != 0) fields.remove(kHopsField);
    return;
  }
  Arena& arena = flight.exchange.arena;
  std::string_view passed;
  for (const http::Field& field : fields.fields()) {
    if (!is_named(field, kLoopField)) continue;
    passed = passed.empty() ? field.value : arena.concat({passed, ", ", field.value});
  }
  const std::string_view id = flight.worker.gateway_id;
  fields.set(kLoopField, passed.empty() ? id : arena.concat({passed, ", ", id}));
  fields.set(kHopsField, arena.copy(std::to_string(flight.hops + 1)));
}

}  // namespace tidegate::proxy
