#include "processors/moderation/protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "json/writer.h"

namespace tidegate::processors::moderation {
namespace {

std::unexpected<Error> wrong(std::string detail) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream, "the moderation's answer: " + detail);
}

// The first bytes of a text, up to `most`, without a part of a character at their end.
std::string_view take_front(std::string_view& text, std::size_t most) {
  std::size_t size = std::min(most, text.size());
  while (size > 1 && size < text.size() && is_continuation(text[size])) --size;
  const auto front = text.substr(0, size);
  text.remove_prefix(size);
  return front;
}

// A text, with what the same text of a stream said before.
std::string whole_text(const text_view::ShownText& text) {
  std::string whole(text.before);
  return whole += text.text;
}

std::optional<double> parse_score(std::string_view value) {
  double score = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), score);
  if (!json::is_number(value) || parsed.ec != std::errc()) return std::nullopt;
  return score;
}

// What counts, in the order in which it was first named.
class Flagged {
 public:
  // False: too many, or too long a name.
  bool add(std::string_view category) {
    if (std::ranges::find(names_, category) != names_.end()) return true;
    if (names_.size() == kMaxCategories || category.size() > kMaxCategoryBytes) return false;
    names_.emplace_back(category);
    return true;
  }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  std::vector<std::string> names_;
};

Result<void> judge_by_scores(std::string_view scores, const Config& config, Flagged& flagged) {
  for (const Threshold& threshold : config.thresholds) {
    const auto value = json::find_member(scores, threshold.category);
    const auto score = value ? parse_score(*value) : std::nullopt;
    if (!score) return wrong("no score of \"" + threshold.category + "\"");
    if (*score >= threshold.score) flagged.add(threshold.category);
  }
  return {};
}

Result<void> judge_by_provider(std::string_view result, std::string_view categories,
                               Flagged& flagged) {
  bool is_any = false;
  json::ObjectCursor items(categories);
  while (const auto item = items.next()) {
    if (json::parse_bool(item->value) != true) continue;
    is_any = true;
    if (!flagged.add(item->name)) return wrong("its categories are too many or too long");
  }
  const auto verdict = json::find_member(result, "flagged");
  if (verdict && !json::parse_bool(*verdict)) return wrong("\"flagged\" is true or false");
  if (!is_any && verdict && *json::parse_bool(*verdict)) flagged.add("flagged");
  if (!verdict && categories.empty()) return wrong("a result has no categories");
  return {};
}

Result<void> judge(std::string_view result, const Config& config, Flagged& flagged) {
  if (!json::is_object(result)) return wrong("a result is no object");
  if (!config.thresholds.empty()) {
    return judge_by_scores(json::find_member(result, "category_scores").value_or(""), config,
                           flagged);
  }
  return judge_by_provider(result, json::find_member(result, "categories").value_or(""), flagged);
}

}  // namespace

Result<std::string> format_question(const Config& config,
                                    std::span<const text_view::ShownText> texts,
                                    std::size_t& inputs) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("model", config.model).key("input").begin_array();
  inputs = 0;
  for (const text_view::ShownText& text : texts) {
    const std::string whole = whole_text(text);
    std::string_view rest = whole;
    while (!rest.empty()) {
      if (++inputs > Config::kMaxTexts) {
        return fail(ErrorCode::kLimit, Origin::kInternal, "more texts than a moderation takes");
      }
      writer.string(take_front(rest, config.max_text_bytes));
    }
  }
  writer.end_array().end_object();
  return body;
}

Result<std::vector<std::string>> find_flagged(std::string_view body, const Config& config,
                                              std::size_t inputs) {
  constexpr json::Selection kAnswer = {"results"};
  std::array<json::Member, kAnswer.size()> at;
  if (auto scanned = json::scan_object(body, kAnswer, at, Origin::kUpstream); !scanned) {
    return wrong(scanned.error().detail);
  }
  if (at[0].kind != json::Kind::kArray) return wrong("it has no results");
  Flagged flagged;
  std::size_t results = 0;
  json::ArrayCursor items(at[0].value.of(body));
  while (const auto item = items.next()) {
    ++results;
    if (auto judged = judge(*item, config, flagged); !judged) {
      return std::unexpected(std::move(judged).error());
    }
  }
  if (results != inputs) return wrong("another number of results than of texts");
  return flagged.take();
}

}  // namespace tidegate::processors::moderation
