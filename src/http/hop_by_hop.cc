#include "http/hop_by_hop.h"

#include <algorithm>
#include <new>

#include "http/chars.h"
#include "http/h1_format.h"

namespace tidegate::http {
namespace {

// True when the list has a member that is not one of the three options every peer sends.
bool names_a_field(std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view member = trim_ows(list.substr(0, comma));
    if (!member.empty() && !iequals(member, "keep-alive") && !iequals(member, "close") &&
        !iequals(member, "upgrade")) {
      return true;
    }
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

ConnectionOptions::ConnectionOptions(const HeaderMap& fields) {
  const std::size_t count = fields.count(HeaderId::kConnection);
  if (count == 0) return;
  std::string_view* const lists = fields.arena().allocate_array<std::string_view>(count);
  std::size_t used = 0;
  for (const Field& field : fields.fields()) {
    if (field.id != HeaderId::kConnection || !names_a_field(field.value)) continue;
    ::new (lists + used++) std::string_view(field.value);
  }
  lists_ = {lists, used};
}

bool ConnectionOptions::lists_name(const Field& field) const {
  if (field.id == HeaderId::kHost || field.id == HeaderId::kContentLength) return false;
  return std::ranges::any_of(lists_,
                             [&](std::string_view list) { return has_token(list, field.name); });
}

void remove_hop_by_hop(HeaderMap& fields, TeField te) {
  const ConnectionOptions options(fields);
  const auto goes = [&](const Field& field) {
    if (field.id == HeaderId::kTe && te == TeField::kKeepTrailers) {
      return !has_token(field.value, "trailers");
    }
    return is_hop_by_hop(field.id) || options.names(field);
  };
  if (fields.may_have(kHopByHop)) fields.remove_if(goes);
  if (!fields.may_have({HeaderId::kTe})) return;
  for (const Field& field : fields.fields()) {
    if (field.id == HeaderId::kTe) fields.set_value(field, "trailers");
  }
}

}  // namespace tidegate::http
