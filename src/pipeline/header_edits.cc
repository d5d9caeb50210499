#include "pipeline/header_edits.h"

#include <algorithm>

namespace tidegate::pipeline {
namespace {

constexpr std::string_view kFixed[] = {
    "connection",     "content-length",      "expect",           "host",
    "http2-settings", "keep-alive",          "proxy-connection", "te",
    "trailer",        "transfer-encoding",   "upgrade",          "content-encoding",
    "x-request-id",   "x-gateway-model-name"};

bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kMarks.find(c) != kMarks.npos;
}

}  // namespace

bool is_editable(const HeaderEdit& edit) {
  if (edit.name.empty() || !std::ranges::all_of(edit.name, is_token_char)) return false;
  const bool fixed = std::ranges::any_of(
      kFixed, [&](std::string_view name) { return http::iequals(name, edit.name); });
  if (fixed) return false;
  return std::ranges::none_of(edit.value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
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
