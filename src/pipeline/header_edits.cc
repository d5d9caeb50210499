#include "pipeline/header_edits.h"

#include <algorithm>

#include "http/char_blocks.h"

namespace tidegate::pipeline {
namespace {

constexpr std::string_view kFixed[] = {
    "connection",     "content-length",      "expect",           "host",
    "http2-settings", "keep-alive",          "proxy-connection", "te",
    "trailer",        "transfer-encoding",   "upgrade",          "content-encoding",
    "x-request-id",   "x-gateway-model-name"};

}  // namespace

bool is_editable(const HeaderEdit& edit) {
  if (!http::is_token(edit.name)) return false;
  const bool fixed = std::ranges::any_of(
      kFixed, [&](std::string_view name) { return http::iequals(name, edit.name); });
  return !fixed && http::is_field_value(edit.value);
}

void apply_header_edit(const HeaderEdit& edit, http::HeaderMap& fields, Arena& arena) {
  switch (edit.kind) {
    case HeaderEdit::Kind::kSet:
      fields.set(arena.copy(edit.name), arena.copy(edit.value));
      break;
    case HeaderEdit::Kind::kAdd:
      fields.add(arena.copy(edit.name), arena.copy(edit.value));
      break;
    case HeaderEdit::Kind::kRemove:
      fields.remove(edit.name);
      break;
  }
}

}  // namespace tidegate::pipeline
