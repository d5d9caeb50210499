#include "cel/functions/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cel/functions/network.h"
#include "cel/time_value.h"

namespace tidegate::cel {
namespace {

constexpr int kDefaultPrecision = 6;
constexpr int kMaxPrecision = 100;
constexpr int kMaxNesting = 32;  // of lists in lists

class Formatter {
 public:
  Formatter(CallContext& context, const List& values) : context_(context), values_(values) {}

  Value run(std::string_view text) {
    while (!text.empty() && !context_.over_budget()) {
      const auto percent = std::min(text.find('%'), text.size());
      made_ += text.substr(0, percent);
      text.remove_prefix(percent);
      if (text.empty()) break;
      text.remove_prefix(1);
      if (text.starts_with('%')) {
        made_ += '%';
        text.remove_prefix(1);
        continue;
      }
      if (!run_clause(text)) return failure_;
    }
    context_.charge_bytes(made_.size());
    return Value::string(context_.arena().copy(made_));
  }

 private:
  // One clause after its percent sign, taken off the text.
  bool run_clause(std::string_view& text) {
    const auto precision = take_precision(text);
    if (!precision) return fail("could not parse formatting clause: precision");
    if (text.empty()) return fail("could not parse formatting clause: unexpected end");
    const char clause = text[0];
    text.remove_prefix(1);
    if (!std::string_view("sdfebxXo").contains(clause)) {
      return fail("could not parse formatting clause: unrecognized formatting clause");
    }
    if (next_ >= values_.size()) {
      return fail_with("index " + std::to_string(next_) + " out of range");
    }
    const Value value = values_.at(next_++, context_.arena());
    context_.charge(1);
    if (value.is_bad()) {
      failure_ = value;
      return false;
    }
    return run_clause(clause, value, *precision);
  }

  static std::optional<int> take_precision(std::string_view& text) {
    if (!text.starts_with('.')) return kDefaultPrecision;
    text.remove_prefix(1);
    int precision = 0;
    bool any = false;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
      precision = precision * 10 + (text[0] - '0');
      if (precision > kMaxPrecision) return std::nullopt;
      any = true;
      text.remove_prefix(1);
    }
    return any ? std::optional(precision) : std::nullopt;
  }

  bool run_clause(char clause, const Value& value, int precision) {
    switch (clause) {
      case 's': {
        auto text = to_text(value, 0);
        if (!text) return fail("error during formatting: string clause cannot hold this value");
        made_ += *text;
        return true;
      }
      case 'd':
        return put_decimal(value);
      case 'f':
      case 'e':
        return put_float(clause, value, precision);
      case 'b':
        return put_binary(value);
      case 'o':
        if (value.is(Kind::kInt)) return put(fmt::format("{:o}", value.as_int()));
        if (value.is(Kind::kUint)) return put(fmt::format("{:o}", value.as_uint()));
        return fail("error during formatting: octal clause can only be used on integers");
      default:
        return put_hex(value, clause == 'X');
    }
  }

  bool put(std::string_view text) {
    made_ += text;
    return true;
  }

  bool put_decimal(const Value& value) {
    if (value.is(Kind::kInt)) return put(fmt::format("{}", value.as_int()));
    if (value.is(Kind::kUint)) return put(fmt::format("{}", value.as_uint()));
    if (value.is(Kind::kDouble)) return put(format_double(value.as_double()));
    return fail("error during formatting: decimal clause can only be used on numbers");
  }

  bool put_float(char clause, const Value& value, int precision) {
    double number = 0;
    if (value.is(Kind::kDouble)) {
      number = value.as_double();
    } else if (value.is(Kind::kInt)) {
      number = static_cast<double>(value.as_int());
    } else if (value.is(Kind::kUint)) {
      number = static_cast<double>(value.as_uint());
    } else {
      return fail(clause == 'f'
                      ? "error during formatting: fixed-point clause can only be used on numbers"
                      : "error during formatting: scientific clause can only be used on numbers");
    }
    if (!std::isfinite(number)) return put(format_double(number));
    return put(clause == 'f' ? fmt::format("{:.{}f}", number, precision)
                             : fmt::format("{:.{}e}", number, precision));
  }

  bool put_binary(const Value& value) {
    if (value.is(Kind::kInt)) return put(fmt::format("{:b}", value.as_int()));
    if (value.is(Kind::kUint)) return put(fmt::format("{:b}", value.as_uint()));
    if (value.is(Kind::kBool)) return put(value.as_bool() ? "1" : "0");
    return fail("error during formatting: only integers and bools can be formatted as binary");
  }

  bool put_hex(const Value& value, bool upper) {
    if (value.is(Kind::kInt)) {
      return put(upper ? fmt::format("{:X}", value.as_int()) : fmt::format("{:x}", value.as_int()));
    }
    if (value.is(Kind::kUint)) {
      return put(upper ? fmt::format("{:X}", value.as_uint())
                       : fmt::format("{:x}", value.as_uint()));
    }
    if (!value.is(Kind::kString) && !value.is(Kind::kBytes)) {
      return fail(
          "error during formatting: only integers, byte buffers, and strings can be formatted as "
          "hex");
    }
    context_.charge_bytes(value.as_text().size());
    for (const char c : value.as_text()) {
      const auto byte = static_cast<unsigned char>(c);
      made_ += upper ? fmt::format("{:02X}", byte) : fmt::format("{:02x}", byte);
    }
    return true;
  }

  // As %s has it; nothing for what has no text.
  std::optional<std::string> to_text(const Value& value, int depth) {
    context_.charge(1);
    if (depth > kMaxNesting || context_.over_budget()) return std::nullopt;
    switch (value.kind()) {
      case Kind::kNull:
        return "null";
      case Kind::kBool:
        return value.as_bool() ? "true" : "false";
      case Kind::kInt:
        return fmt::format("{}", value.as_int());
      case Kind::kUint:
        return fmt::format("{}", value.as_uint());
      case Kind::kDouble:
        return format_double(value.as_double());
      case Kind::kString:
      case Kind::kBytes:
      case Kind::kType:
        context_.charge_bytes(value.as_text().size());
        return std::string(value.as_text());
      case Kind::kTimestamp:
        return format_timestamp(value.as_time());
      case Kind::kDuration:
        return format_duration(value.as_time());
      case Kind::kList:
        return list_text(value.as_list(), depth);
      case Kind::kMap:
        return map_text(value.as_map(), depth);
      case Kind::kOpaque:
        return format_network(value.as_opaque());
      default:
        return std::nullopt;
    }
  }

  std::optional<std::string> list_text(const List& list, int depth) {
    std::string text = "[";
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto element = to_text(list.at(i, context_.arena()), depth + 1);
      if (!element) return std::nullopt;
      if (i > 0) text += ", ";
      text += *element;
    }
    return text + "]";
  }

  // Ordered by the text of the keys.
  std::optional<std::string> map_text(const Map& map, int depth) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (std::size_t i = 0; i < map.size(); ++i) {
      auto key = to_text(map.key_at(i, context_.arena()), depth + 1);
      auto value = to_text(map.value_at(i, context_.arena()), depth + 1);
      if (!key || !value) return std::nullopt;
      entries.emplace_back(*std::move(key), *std::move(value));
    }
    std::ranges::sort(entries);
    std::string text = "{";
    for (const auto& [key, value] : entries) {
      if (text.size() > 1) text += ", ";
      text += key + ": " + value;
    }
    return text + "}";
  }

  bool fail(const char* message) {
    failure_ = context_.fail(message);
    return false;
  }
  bool fail_with(std::string_view message) {
    failure_ = context_.fail_with(message);
    return false;
  }

  CallContext& context_;
  const List& values_;
  std::size_t next_ = 0;
  std::string made_;
  Value failure_;
};

}  // namespace

std::string format_double(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", number);
}

Value format_text(CallContext& context, std::span<const Value> arguments) {
  if (arguments.size() != 2 || !arguments[0].is(Kind::kString) || !arguments[1].is(Kind::kList)) {
    return context.no_overload();
  }
  return Formatter(context, arguments[1].as_list()).run(arguments[0].as_text());
}

}  // namespace tidegate::cel
