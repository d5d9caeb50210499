#include "processors/retrieval/backend_search.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "base/ascii.h"
#include "json/cursor.h"
#include "json/scan.h"
#include "json/text.h"
#include "json/value.h"

namespace tidegate::processors::retrieval {
namespace {

std::unexpected<Error> wrong(std::string detail) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream, "the retriever's answer: " + detail);
}

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kKept = "-._~";
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || kKept.find(c) != kKept.npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    ((out += '%') += kDigits[byte >> 4]) += kDigits[byte & 15U];
  }
}

// The inside of a JSON string, decoded.
std::string_view plain(std::string_view value, Arena& arena) {
  const std::string_view raw = json::unquote(value);
  if (raw.find('\\') == raw.npos) return raw;
  auto* out = static_cast<char*>(arena.allocate(raw.size(), 1));
  return {out, json::decode_escapes(raw, out)};
}

std::string_view read_text(std::string_view value, Arena& arena) {
  if (json::is_string(value)) return plain(value, arena);
  if (json::is_object(value)) {
    const auto text = json::find_member(value, "text");
    return text && json::is_string(*text) ? plain(*text, arena) : std::string_view();
  }
  std::string joined;
  json::ArrayCursor parts(value);
  while (const auto part = parts.next()) {
    const bool has_parts = json::is_array(*part);
    const std::string_view text = has_parts ? std::string_view() : read_text(*part, arena);
    if (text.empty()) continue;
    if (!joined.empty()) joined += '\n';
    joined += text;
  }
  return arena.copy(joined);
}

// A string, or a number as it stands.
std::string_view read_name(const std::optional<json::Pointer>& at, std::string_view result,
                           Arena& arena) {
  const auto value = at ? at->find(result) : std::nullopt;
  if (!value) return {};
  if (json::is_string(*value)) return plain(*value, arena);
  return json::is_number(*value) ? *value : std::string_view();
}

std::optional<double> read_score(const std::optional<json::Pointer>& at, std::string_view result) {
  const auto value = at ? at->find(result) : std::nullopt;
  if (!value || !json::is_number(*value)) return std::nullopt;
  double score = 0;
  const auto parsed = std::from_chars(value->data(), value->data() + value->size(), score);
  if (parsed.ec != std::errc() || !std::isfinite(score)) return std::nullopt;
  return score;
}

}  // namespace

std::string value_of(Variable variable, std::string_view argument, const Wanted& wanted,
                     const pipeline::Message& message) {
  switch (variable) {
    case Variable::kQuestion:
      return std::string(wanted.question);
    case Variable::kCount:
      return std::to_string(wanted.count);
    case Variable::kVector:
      return std::string(wanted.vector);
    case Variable::kModel:
      return std::string(message.model);
    case Variable::kHeader:
      return std::string(message.request->fields.find(argument).value_or(""));
    case Variable::kText:
    case Variable::kSource:
    case Variable::kTitle:
    case Variable::kIndex:
    case Variable::kMark:
      break;
  }
  return {};
}

BackendRequest format_request(const BackendSearch& search, const Wanted& wanted,
                              const pipeline::Message& message) {
  const auto in_url = [&](Variable variable, std::string_view argument, std::string& out) {
    append_percent_encoded(out, value_of(variable, argument, wanted, message));
  };
  const auto in_json = [&](Variable variable, std::string_view argument, std::string& out) {
    json::append_escaped(out, value_of(variable, argument, wanted, message));
  };
  return {search.target.render(in_url), search.body.render(in_json)};
}

Result<std::vector<Passage>> parse_passages(const AnswerLayout& layout, std::string_view body,
                                            Arena& arena) {
  const auto range = json::validate(body, Origin::kUpstream);
  if (!range) return wrong(range.error().detail);
  const auto results = layout.results.find(range->of(body));
  if (!results || !json::is_array(*results)) return wrong("there is no list of results");
  std::vector<Passage> out;
  std::size_t count = 0;
  json::ArrayCursor items(*results);
  for (auto item = items.next(); item && count < kMaxResults; item = items.next(), ++count) {
    const auto found = layout.text.find(*item);
    const std::string_view text = found ? read_text(*found, arena) : std::string_view();
    if (text.empty()) continue;
    out.push_back({text, read_name(layout.source, *item, arena),
                   read_name(layout.title, *item, arena), read_score(layout.score, *item)});
  }
  if (count > 0 && out.empty()) return wrong("no result has a text");
  return out;
}

}  // namespace tidegate::processors::retrieval
