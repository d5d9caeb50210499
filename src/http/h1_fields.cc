#include "http/h1_fields.h"

#include "http/char_blocks.h"

namespace tidegate::http {
namespace {

// What is wrong with the byte that ended a field name where ':' was due.
std::string_view name_fault(char c, bool at_start) {
  if (c == '\n') return "bare LF";
  if (c == '\r') return "field line without a colon";
  if (at_start && (c == ' ' || c == '\t')) return "folded or indented field line";
  if (c == ' ' || c == '\t') return "whitespace before the colon of a field";
  if (c == ':') return "empty field name";
  return "invalid byte in a field name";
}

std::string_view value_fault(char c) {
  if (c == '\n') return "bare LF";
  if (c == '\r') return "bare CR in a field value";
  return "control byte in a field value";
}

std::unexpected<Error> malformed(Origin origin, std::string_view what) {
  return fail(ErrorCode::kMalformed, origin, std::string(what));
}

// The line end at `at`: 2 when it is CRLF, 0 when more bytes are needed, -1 when it is something
// else.
int line_end(const char* at, const char* end) {
  if (at == end) return 0;
  if (*at != '\r') return -1;
  if (end - at < 2) return 0;
  return at[1] == '\n' ? 2 : -1;
}

}  // namespace

Result<const char*> parse_fields(const char* at, const char* end, std::size_t max_fields,
                                 Origin origin, HeaderMap& out) {
  for (;;) {
    if (at == end) return nullptr;
    if (*at == '\r') {
      const int empty_line = line_end(at, end);
      if (empty_line < 0) return malformed(origin, "bare CR");
      return empty_line == 0 ? nullptr : at + 2;
    }
    const char* const name = at;
    const char* const colon = find_colon(at, end);
    const std::string_view name_text(name, colon);
    const HeaderId id = header_id(name_text, end);
    if (id == HeaderId::kOther) {  // a known name is a token
      at = skip_token(name, colon);
      if (at != end && (*at != ':' || at == name)) {
        return malformed(origin, name_fault(*at, at == name));
      }
    }
    if (colon == end) return nullptr;

    const char* value = colon + 1;
    while (value != end && (*value == ' ' || *value == '\t')) ++value;
    at = find_value_end(value, end);
    const int ended = line_end(at, end);
    if (ended == 0) return nullptr;
    if (ended < 0) return malformed(origin, value_fault(*at));
    const char* value_end = at;
    while (value_end != value && (value_end[-1] == ' ' || value_end[-1] == '\t')) --value_end;

    if (out.size() == max_fields) {
      return fail(ErrorCode::kHeadTooLarge, origin, "too many header fields");
    }
    const bool usual = value == colon + 2 && colon[1] == ' ' && value_end == at;
    out.add(id, name_text, std::string_view(value, value_end),
            usual ? FieldForm::kLine : FieldForm::kParts);
    at += 2;
  }
}

}  // namespace tidegate::http
