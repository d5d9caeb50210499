#include "route/filters/header_edits.h"

#include <algorithm>

#include "http/char_blocks.h"
#include "http/hop_by_hop.h"

namespace tidegate::route {
namespace {

constexpr std::string_view kSetCookie = "set-cookie";

void append_value(http::HeaderId id, const config::NameValue& edit, http::HeaderMap& fields) {
  if (id != http::HeaderId::kOther || !http::iequals(edit.name, kSetCookie)) {
    const auto all = fields.fields();
    const auto last = std::find_if(all.rbegin(), all.rend(), [&](const http::Field& field) {
      return field.id == id &&
             (id != http::HeaderId::kOther || http::iequals(field.name, edit.name));
    });
    if (last != all.rend()) {
      fields.set_value(*last, fields.arena().concat({last->value, ",", edit.value}));
      return;
    }
  }
  fields.add(id, edit.name, edit.value);
}

bool is_editable(http::HeaderId id, std::string_view name) {
  if (id == http::HeaderId::kOther) return http::is_token(name);
  switch (id) {
    case http::HeaderId::kContentLength:
    case http::HeaderId::kExpect:
    case http::HeaderId::kHost:
    case http::HeaderId::kHttp2Settings:
    case http::HeaderId::kTrailer:
      return false;
    case http::HeaderId::kProxyAuthenticate:
    case http::HeaderId::kProxyAuthorization:
      return true;  // for the next proxy, put there on purpose
    default:
      return !http::is_hop_by_hop(id);
  }
}

bool is_allowed(http::HeaderId id, const config::NameValue& edit) {
  return is_editable(id, edit.name) && is_safe_header_value(edit.value);
}

}  // namespace

bool is_editable_header(std::string_view name) { return is_editable(http::header_id(name), name); }

bool is_safe_header_value(std::string_view value) { return http::is_field_value(value); }

void apply_header_edits(const config::HeaderEdits& edits, http::HeaderMap& fields) {
  for (const config::NameValue& edit : edits.set) {
    const http::HeaderId id = http::header_id(edit.name);
    if (is_allowed(id, edit)) fields.set(id, edit.name, edit.value);
  }
  for (const config::NameValue& edit : edits.add) {
    const http::HeaderId id = http::header_id(edit.name);
    if (is_allowed(id, edit)) append_value(id, edit, fields);
  }
  for (const std::string& name : edits.remove) {
    if (is_editable_header(name)) fields.remove(name);
  }
}

}  // namespace tidegate::route
