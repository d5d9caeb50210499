#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <exception>
#include <span>
#include <spanstream>
#include <string>
#include <string_view>

#include "yaml/builder.h"
#include "yaml/parse.h"
#include "yaml/text_check.h"

namespace tidegate::yaml {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

bool all_of(std::string_view text, int (*test)(int)) {
  return !text.empty() && std::ranges::all_of(text, [test](char c) {
    return test(static_cast<unsigned char>(c)) != 0;
  });
}

std::size_t count_digits(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, [](char c) { return c >= '0' && c <= '9'; });
  return static_cast<std::size_t>(end - text.begin());
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF") return true;
  const std::size_t whole = count_digits(text);
  text.remove_prefix(whole);
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = count_digits(text);
    text.remove_prefix(fraction);
  }
  if (whole + fraction == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return all_of(text, std::isdigit);
}

bool is_int(std::string_view text) {
  if (text.starts_with("0x")) return all_of(text.substr(2), std::isxdigit);
  if (text.starts_with("0o"))
    return text.size() > 2 && text.find_first_not_of("01234567", 2) == text.npos;
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return all_of(text, std::isdigit);
}

// The type of a plain scalar under the YAML 1.2 core schema. Nulls never reach this.
Kind core_kind(std::string_view text) {
  if (text.empty()) return Kind::kString;
  const char first = text.front();
  if (first == 't' || first == 'T' || first == 'f' || first == 'F') {
    const bool boolean = text == "true" || text == "True" || text == "TRUE" || text == "false" ||
                         text == "False" || text == "FALSE";
    return boolean ? Kind::kBool : Kind::kString;
  }
  const bool numeric =
      (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
  if (!numeric) return Kind::kString;
  if (is_int(text)) return Kind::kInt;
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return Kind::kFloat;
  return is_float(text) ? Kind::kFloat : Kind::kString;
}

// Thrown through yaml-cpp, which has no other way to be stopped; caught in parse_yaml.
struct Stop {};

// Hands yaml-cpp's events to a Builder.
class Events final : public YAML::EventHandler {
 public:
  Events(Builder& builder, std::uint32_t first_line) : builder_(builder), first_line_(first_line) {}

  Mark mark_of(const YAML::Mark& mark) const {
    if (mark.line < 0) return {first_line_, 1};
    return {first_line_ + static_cast<std::uint32_t>(mark.line),
            static_cast<std::uint32_t>(mark.column) + 1};
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.add_scalar(Kind::kNull, {}, mark_of(mark), anchor);
    stop_if_failed();
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.add_alias(mark_of(mark), anchor);
    stop_if_failed();
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    builder_.add_scalar(kind_of(mark, tag, text), text, mark_of(mark), anchor);
    stop_if_failed();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag, "seq");
    builder_.begin_list(mark_of(mark), anchor);
    stop_if_failed();
  }
  void OnSequenceEnd() override { builder_.end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag, "map");
    builder_.begin_map(mark_of(mark), anchor);
    stop_if_failed();
  }
  void OnMapEnd() override { builder_.end(); }

 private:
  void stop_if_failed() const {
    if (builder_.failed()) throw Stop{};
  }

  // yaml-cpp marks plain scalars "?" and quoted or block ones "!".
  Kind kind_of(const YAML::Mark& mark, std::string_view tag, std::string_view text) {
    if (tag == "?" || tag.empty()) return core_kind(text);
    if (tag == "!") return Kind::kString;
    if (tag.starts_with(kTagPrefix)) {
      const auto type = tag.substr(kTagPrefix.size());
      const Kind kind = core_kind(text);
      if (type == "str") return Kind::kString;
      if (type == "int" && kind == Kind::kInt) return kind;
      if (type == "float" && (kind == Kind::kInt || kind == Kind::kFloat)) return kind;
      if (type == "bool" && kind == Kind::kBool) return kind;
    }
    builder_.add_problem(mark_of(mark), fmt::format("the tag {} does not fit here", tag));
    return Kind::kString;
  }

  void check_tag(const YAML::Mark& mark, std::string_view tag, std::string_view type) {
    const bool fits = tag.empty() || tag == "?" || tag == "!" ||
                      (tag.starts_with(kTagPrefix) && tag.substr(kTagPrefix.size()) == type);
    if (!fits)
      builder_.add_problem(mark_of(mark), fmt::format("the tag {} does not fit here", tag));
  }

  Builder& builder_;
  std::uint32_t first_line_;
};

// Takes the rest of a text that should have held one document.
class Rest final : public YAML::EventHandler {
 public:
  explicit Rest(const Events& events) : events_(events) {}
  bool found = false;
  Mark mark;

  void OnDocumentStart(const YAML::Mark& at) override {
    found = true;
    mark = events_.mark_of(at);
    throw Stop{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  const Events& events_;
};

}  // namespace

Parsed parse_yaml(std::string_view text, Arena& arena, std::uint32_t first_line) {
  Parsed parsed;
  if (auto unclean = find_unclean_text(text, first_line)) {
    parsed.problems.push_back(std::move(*unclean));
    return parsed;
  }
  Builder builder(arena, parsed.problems);
  Events events(builder, first_line);
  Rest rest(events);
  try {
    // ispanstream only reads, but its span is of plain char.
    std::ispanstream stream(std::span<char>(const_cast<char*>(text.data()), text.size()));
    YAML::Parser parser(stream);
    parser.HandleNextDocument(events);
    parser.HandleNextDocument(rest);
  } catch (const Stop&) {
    if (rest.found) parsed.problems.push_back({rest.mark, "content after the end of the document"});
    return {rest.found ? builder.finish() : nullptr, std::move(parsed.problems)};
  } catch (const YAML::Exception& error) {
    parsed.problems.push_back({events.mark_of(error.mark), error.msg});
    return parsed;
  } catch (const std::exception& error) {
    parsed.problems.push_back({{first_line, 1}, error.what()});
    return parsed;
  }
  parsed.root = builder.finish();
  return parsed;
}

}  // namespace tidegate::yaml
