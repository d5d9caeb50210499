// The strings extension, without format(). Positions count code points.
// Source: cel-go ext, "Strings".
#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "cel/collections.h"
#include "cel/functions/format.h"
#include "cel/functions/library.h"
#include "cel/utf8.h"

namespace tidegate::cel {
namespace {

using Arguments = std::span<const Value>;

// Whether the kinds are these, one letter each: s string, i int; those after `least` may be absent.
bool fits(Arguments arguments, std::string_view kinds, std::size_t least) {
  if (arguments.size() < least || arguments.size() > kinds.size()) return false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].is(kinds[i] == 's' ? Kind::kString : Kind::kInt)) return false;
  }
  return true;
}

Value out_of_range(const CallContext& context, std::int64_t index) {
  return context.fail_with("index out of range: " + std::to_string(index));
}

// The byte of a code point; npos when there is none, not even the end.
std::size_t find_index(std::string_view text, std::int64_t index) {
  return index < 0 ? std::string_view::npos : find_point(text, static_cast<std::size_t>(index));
}

Value point_index(std::string_view text, std::size_t byte) {
  if (byte == std::string_view::npos) return Value::integer(-1);
  return Value::integer(static_cast<std::int64_t>(count_points(text.substr(0, byte))));
}

Value char_at(CallContext& context, Arguments arguments) {
  if (!fits(arguments, "si", 2)) return context.no_overload();
  const auto text = arguments[0].as_text();
  context.charge_bytes(text.size());
  const auto at = find_index(text, arguments[1].as_int());
  if (at == std::string_view::npos) return out_of_range(context, arguments[1].as_int());
  if (at == text.size()) return Value::string({});
  return Value::string(text.substr(at, decode_point(text.substr(at)).bytes));
}

Value index_of(CallContext& context, Arguments arguments) {
  if (!fits(arguments, "ssi", 2)) return context.no_overload();
  const auto text = arguments[0].as_text();
  context.charge(text.size() / 16);
  std::size_t from = 0;
  if (arguments.size() == 3) {
    from = find_index(text, arguments[2].as_int());
    if (from == std::string_view::npos) return out_of_range(context, arguments[2].as_int());
  }
  return point_index(text, text.find(arguments[1].as_text(), from));
}

Value last_index_of(CallContext& context, Arguments arguments) {
  if (!fits(arguments, "ssi", 2)) return context.no_overload();
  const auto text = arguments[0].as_text();
  context.charge(text.size() / 16);
  std::size_t from = text.size();
  if (arguments.size() == 3) {
    from = find_index(text, arguments[2].as_int());
    if (from == std::string_view::npos) return out_of_range(context, arguments[2].as_int());
  }
  return point_index(text, text.rfind(arguments[1].as_text(), from));
}

Value substring(CallContext& context, Arguments arguments) {
  if (!fits(arguments, "sii", 2)) return context.no_overload();
  const auto text = arguments[0].as_text();
  context.charge_bytes(text.size());
  const auto start = find_index(text, arguments[1].as_int());
  if (start == std::string_view::npos) return out_of_range(context, arguments[1].as_int());
  if (arguments.size() == 2) return Value::string(text.substr(start));
  const auto end = find_index(text, arguments[2].as_int());
  if (end == std::string_view::npos) return out_of_range(context, arguments[2].as_int());
  if (end < start) {
    return context.fail_with(
        "invalid substring range. start: " + std::to_string(arguments[1].as_int()) +
        ", end: " + std::to_string(arguments[2].as_int()));
  }
  return Value::string(text.substr(start, end - start));
}

template <class Change>
Value change_ascii(CallContext& context, Arguments arguments, Change change) {
  if (!fits(arguments, "s", 1)) return context.no_overload();
  const auto text = arguments[0].as_text();
  context.charge_bytes(text.size());
  auto* out = context.arena().allocate_array<char>(text.size());
  std::ranges::transform(text, out, change);
  return Value::string({out, text.size()});
}

Value lower_ascii(CallContext& context, Arguments arguments) {
  return change_ascii(context, arguments, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
}

Value upper_ascii(CallContext& context, Arguments arguments) {
  return change_ascii(context, arguments, [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
  });
}

// Unicode's White_Space.
bool is_space(char32_t point) {
  return (point >= 0x09 && point <= 0x0d) || point == 0x20 || point == 0x85 || point == 0xa0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
         point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

Value trim(CallContext& context, Arguments arguments) {
  if (!fits(arguments, "s", 1)) return context.no_overload();
  auto text = arguments[0].as_text();
  context.charge_bytes(text.size());
  while (!text.empty() && is_space(decode_point(text).value)) {
    text.remove_prefix(decode_point(text).bytes);
  }
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto point = decode_point(text.substr(at));
    at += point.bytes;
    if (!is_space(point.value)) end = at;
  }
  return Value::string(text.substr(0, end));
}

Value reverse_text(CallContext& context, Arguments arguments) {
  const auto text = arguments[0].as_text();
  context.charge_bytes(text.size());
  auto* out = context.arena().allocate_array<char>(text.size());
  std::size_t left = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = decode_point(text.substr(at)).bytes;
    left -= bytes;
    std::copy_n(text.data() + at, bytes, out + left);
    at += bytes;
  }
  return Value::string({out, text.size()});
}

// reverse() is for text and for lists.
Value reverse(CallContext& context, Arguments arguments) {
  if (fits(arguments, "s", 1)) return reverse_text(context, arguments);
  if (arguments.size() != 1 || !arguments[0].is(Kind::kList)) return context.no_overload();
  const List& list = arguments[0].as_list();
  const std::size_t size = list.size();
  context.charge(size);
  ListBuilder builder;
  for (std::size_t i = size; i > 0 && !context.over_budget(); --i) {
    builder.append(list.at(i - 1, context.arena()), context.arena());
  }
  return builder.finish(context.arena());
}

// Where the next separator begins; an empty one is after each code point but the last.
std::size_t find_separator(std::string_view text, std::string_view separator) {
  if (!separator.empty()) return text.find(separator);
  if (text.empty()) return std::string_view::npos;
  const std::size_t bytes = decode_point(text).bytes;
  return bytes == text.size() ? std::string_view::npos : bytes;
}

Value split(CallContext& context, Arguments arguments) {
  if (!fits(arguments, "ssi", 2)) return context.no_overload();
  auto rest = arguments[0].as_text();
  const auto separator = arguments[1].as_text();
  std::int64_t left = arguments.size() == 3 ? arguments[2].as_int() : -1;
  context.charge_bytes(rest.size());
  ListBuilder parts;
  if (left != 0 && !(rest.empty() && separator.empty())) {
    while (left != 1 && !context.over_budget()) {
      const auto end = find_separator(rest, separator);
      if (end == std::string_view::npos) break;
      context.charge(1);
      parts.append(Value::string(rest.substr(0, end)), context.arena());
      rest.remove_prefix(end + separator.size());
      if (left > 0) --left;
    }
    parts.append(Value::string(rest), context.arena());
  }
  return parts.finish(context.arena());
}

// As Go's strings.Replace: an empty needle is before each code point and at the end.
Value replace(CallContext& context, Arguments arguments) {
  if (!fits(arguments, "sssi", 3)) return context.no_overload();
  const auto text = arguments[0].as_text();
  const auto needle = arguments[1].as_text();
  const auto with = arguments[2].as_text();
  std::int64_t left = arguments.size() == 4 ? arguments[3].as_int() : -1;
  context.charge_bytes(text.size());
  std::string made;
  std::size_t at = 0;
  while (left != 0 && !context.over_budget()) {
    const auto found = text.find(needle, at);
    if (found == std::string_view::npos) break;
    context.charge(1);
    context.charge_bytes(with.size());
    made.append(text.substr(at, found - at)).append(with);
    at = found + needle.size();
    if (left > 0) --left;
    if (!needle.empty()) continue;
    if (at == text.size()) break;
    const std::size_t bytes = decode_point(text.substr(at)).bytes;
    made.append(text.substr(at, bytes));
    at += bytes;
  }
  made.append(text.substr(at));
  return Value::string(context.arena().copy(made));
}

Value join(CallContext& context, Arguments arguments) {
  if (arguments.empty() || arguments.size() > 2 || !arguments[0].is(Kind::kList) ||
      (arguments.size() == 2 && !arguments[1].is(Kind::kString))) {
    return context.no_overload();
  }
  const auto separator = arguments.size() == 2 ? arguments[1].as_text() : std::string_view();
  const List& list = arguments[0].as_list();
  const std::size_t size = list.size();
  std::string made;
  for (std::size_t i = 0; i < size && !context.over_budget(); ++i) {
    const Value part = list.at(i, context.arena());
    if (part.is_bad()) return part;
    if (!part.is(Kind::kString)) return context.no_overload();
    context.charge(1);
    context.charge_bytes(part.as_text().size() + separator.size());
    if (i > 0) made += separator;
    made += part.as_text();
  }
  return Value::string(context.arena().copy(made));
}

std::string_view quoted_escape(char c) {
  switch (c) {
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case '\\':
      return "\\\\";
    case '"':
      return "\\\"";
    default:
      return {};
  }
}

Value quote(CallContext& context, Arguments arguments) {
  if (!fits(arguments, "s", 1)) return context.no_overload();
  auto rest = arguments[0].as_text();
  context.charge_bytes(rest.size());
  std::string made = "\"";
  while (!rest.empty()) {
    const auto point = decode_point(rest);
    if (const auto escape = quoted_escape(rest[0]); !escape.empty()) {
      made += escape;
    } else {
      made += point.valid ? rest.substr(0, point.bytes) : std::string_view("\xef\xbf\xbd");
    }
    rest.remove_prefix(point.bytes);
  }
  made += '"';
  return Value::string(context.arena().copy(made));
}

constexpr FunctionRow kRows[] = {
    {"charAt", "string.(int) -> string", char_at},
    {"indexOf", "string.(string) -> int; string.(string, int) -> int", index_of},
    {"lastIndexOf", "string.(string) -> int; string.(string, int) -> int", last_index_of},
    {"substring", "string.(int) -> string; string.(int, int) -> string", substring},
    {"lowerAscii", "string.() -> string", lower_ascii},
    {"upperAscii", "string.() -> string", upper_ascii},
    {"trim", "string.() -> string", trim},
    {"reverse", "string.() -> string; list(A).() -> list(A)", reverse},
    {"split", "string.(string) -> list(string); string.(string, int) -> list(string)", split},
    {"replace", "string.(string, string) -> string; string.(string, string, int) -> string",
     replace},
    {"join", "list(string).() -> string; list(string).(string) -> string", join},
    {"format", "string.(list(dyn)) -> string", format_text},
    {"strings.quote", "(string) -> string", quote},
};

}  // namespace

std::span<const FunctionRow> string_rows() { return kRows; }

}  // namespace tidegate::cel
