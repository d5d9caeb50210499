#include "route/filters/header_edits.h"

#include <algorithm>

#include "http/hop_by_hop.h"

namespace tidegate::route {
namespace {

constexpr std::string_view kSetCookie = "set-cookie";

// RFC 9110 5.6.2.
bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

void append_value(http::HeaderMap& fields, const config::NameValue& edit) {
  if (!http::iequals(edit.name, kSetCookie)) {
    const http::HeaderId id = http::header_id(edit.name);
    const auto all = fields.fields();
    const auto last = std::find_if(all.rbegin(), all.rend(), [&](const http::Field& field) {
      return field.id == id &&
             (id != http::HeaderId::kOther || http::iequals(field.name, edit.name));
    });
    if (last != all.rend()) {
      last->value = fields.arena().concat({last->value, ",", edit.value});
      return;
    }
  }
  fields.add(edit.name, edit.value);
}

bool is_allowed(const config::NameValue& edit) {
  return is_editable_header(edit.name) && is_safe_header_value(edit.value);
}

}  // namespace

bool is_editable_header(std::string_view name) {
  if (name.empty() || !std::ranges::all_of(name, is_token_char)) return false;
  const http::HeaderId id = http::header_id(name);
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

bool is_safe_header_value(std::string_view value) {
  return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void apply_header_edits(const config::HeaderEdits& edits, http::HeaderMap& fields) {
  for (const config::NameValue& edit : edits.set) {
    if (is_allowed(edit)) fields.set(edit.name, edit.value);
  }
  for (const config::NameValue& edit : edits.add) {
    if (is_allowed(edit)) append_value(fields, edit);
  }
  for (const std::string& name : edits.remove) {
    if (is_editable_header(name)) fields.remove(name);
  }
}

}  // namespace tidegate::route
