#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "yaml/builder.h"
#include "yaml/parse.h"
#include "yaml/text_check.h"

namespace tidegate::yaml {
namespace {

namespace sj = simdjson::ondemand;

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  return token;
}

// Walks one JSON document into a Builder. Every step answers false once something is wrong.
class Walker {
 public:
  Walker(const char* begin, Builder& builder) : line_start_(begin), at_(begin), builder_(builder) {}

  bool walk(sj::value value) {
    sj::json_type type;
    std::string_view token;
    if (!took(value.type(), type)) return false;
    token = trimmed(value.raw_json_token());
    const Mark mark = mark_of(token.data());
    switch (type) {
      case sj::json_type::object:
        return walk_object(value, mark);
      case sj::json_type::array:
        return walk_array(value, mark);
      case sj::json_type::string:
        return walk_string(value, mark);
      case sj::json_type::number:
        return walk_number(value, token, mark);
      case sj::json_type::boolean:
        return walk_bool(value, mark);
      case sj::json_type::null:
        return walk_null(value, mark);
    }
    return false;
  }

  // The same for a document that is one scalar, which simdjson gives no value for.
  bool walk_root(sj::document& document) {
    bool scalar = false;
    if (!took(document.is_scalar(), scalar)) return false;
    if (!scalar) {
      sj::value value;
      return took(document.get_value(), value) && walk(value);
    }
    builder_.add_problem(here(), "a document must be a map or a list");
    return false;
  }

  // Goes on to where simdjson stopped, for the mark of an error.
  void advance_to(simdjson::simdjson_result<const char*> location, const char* end) {
    const char* position = nullptr;
    if (std::move(location).get(position) == simdjson::SUCCESS && position >= at_ &&
        position < end) {
      mark_of(position);
    }
  }

  Mark here() const { return {line_, static_cast<std::uint32_t>(at_ - line_start_) + 1}; }
  simdjson::error_code error() const { return error_; }

 private:
  template <class T>
  bool took(simdjson::simdjson_result<T> result, T& out) {
    error_ = std::move(result).get(out);
    return error_ == simdjson::SUCCESS;
  }

  // Marks are asked for in the order of the text, so lines are counted once.
  Mark mark_of(const char* position) {
    while (const void* found = std::memchr(at_, '\n', static_cast<std::size_t>(position - at_))) {
      at_ = line_start_ = static_cast<const char*>(found) + 1;
      ++line_;
    }
    at_ = position;
    return here();
  }

  bool walk_object(sj::value value, Mark mark) {
    sj::object object;
    if (!took(value.get_object(), object)) return false;
    builder_.begin_map(mark);
    if (builder_.failed()) return false;
    for (auto result : object) {
      sj::field field;
      std::string_view key;
      if (!took(std::move(result), field)) return false;
      const Mark key_mark = mark_of(field.key().raw() - 1);  // raw() stands after the quote
      if (!took(field.unescaped_key(), key)) return false;
      builder_.add_scalar(Kind::kString, key, key_mark);
      if (!walk(field.value())) return false;
    }
    builder_.end();
    return true;
  }

  bool walk_array(sj::value value, Mark mark) {
    sj::array array;
    if (!took(value.get_array(), array)) return false;
    builder_.begin_list(mark);
    if (builder_.failed()) return false;
    for (auto result : array) {
      sj::value item;
      if (!took(std::move(result), item) || !walk(item)) return false;
    }
    builder_.end();
    return true;
  }

  bool walk_string(sj::value value, Mark mark) {
    std::string_view text;
    if (!took(value.get_string(), text)) return false;
    builder_.add_scalar(Kind::kString, text, mark);
    return true;
  }

  bool walk_number(sj::value value, std::string_view token, Mark mark) {
    sj::number number;
    const bool whole = token.find_first_of(".eE") == std::string_view::npos;
    const bool digits = std::ranges::all_of(
        token.substr(token.starts_with('-') ? 1 : 0),
        [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
    // An integer too large for 64 bits is still a number; whoever reads it says what is too large.
    const bool huge = whole && digits && token.size() > 18;
    if (!huge && !took(value.get_number(), number)) return false;
    if (huge) error_ = simdjson::SUCCESS;
    builder_.add_scalar(whole ? Kind::kInt : Kind::kFloat, token, mark);
    return true;
  }

  bool walk_bool(sj::value value, Mark mark) {
    bool truth = false;
    if (!took(value.get_bool(), truth)) return false;
    builder_.add_scalar(Kind::kBool, truth ? "true" : "false", mark);
    return true;
  }

  bool walk_null(sj::value value, Mark mark) {
    bool null = false;
    if (!took(value.is_null(), null)) return false;
    if (!null) error_ = simdjson::N_ATOM_ERROR;
    if (!null) return false;
    builder_.add_scalar(Kind::kNull, {}, mark);
    return true;
  }

  const char* line_start_;
  const char* at_;
  std::uint32_t line_ = 1;
  Builder& builder_;
  simdjson::error_code error_ = simdjson::SUCCESS;
};

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Parsed parse_json(std::string_view text, Arena& arena) {
  Parsed parsed;
  if (auto unclean = find_unclean_text(text, 1)) {
    parsed.problems.push_back(std::move(*unclean));
    return parsed;
  }
  Builder builder(arena, parsed.problems);
  if (is_blank(text)) {
    parsed.root = builder.finish();
    return parsed;
  }
  const simdjson::padded_string padded(text);
  Walker walker(padded.data(), builder);
  sj::parser parser;
  sj::document document;
  simdjson::error_code error = parser.iterate(padded).get(document);
  bool complete = error == simdjson::SUCCESS && walker.walk_root(document);
  if (error == simdjson::SUCCESS) {
    error = walker.error();
    if (error != simdjson::SUCCESS) {
      walker.advance_to(document.current_location(), padded.data() + padded.size());
    }
  }
  // The location after the last token is an error; a location means that there is more.
  if (complete && document.current_location().error() == simdjson::SUCCESS) {
    parsed.problems.push_back({walker.here(), "content after the end of the document"});
    complete = false;
  } else if (error != simdjson::SUCCESS) {
    parsed.problems.push_back({walker.here(), simdjson::error_message(error)});
  }
  if (complete) parsed.root = builder.finish();
  return parsed;
}

}  // namespace tidegate::yaml
