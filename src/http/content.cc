#include "http/content.h"

#include <algorithm>
#include <cstddef>

namespace tidegate::http {
namespace {

// Whether a list of codings has no other member.
bool says_identity(std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (name.starts_with(' ') || name.starts_with('\t')) name.remove_prefix(1);
    while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
    if (!name.empty() && !iequals(name, "identity")) return false;
  }
  return true;
}

}  // namespace

std::string_view media_type(const HeaderMap& fields) {
  const std::string_view type = fields.find(HeaderId::kContentType).value_or("");
  return type.substr(0, type.find(';'));
}

bool is_encoded(const HeaderMap& fields) {
  if (!fields.may_have({HeaderId::kContentEncoding})) return false;
  return std::ranges::any_of(fields.fields(), [](const Field& field) {
    return field.id == HeaderId::kContentEncoding && !says_identity(field.value);
  });
}

}  // namespace tidegate::http
