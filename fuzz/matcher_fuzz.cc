// An expression (the first line) and a text: what is not refused matches the same wherever the text
// is cut, and never more than it may.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "patterns/matcher.h"

namespace {

using namespace tidegate::patterns;
using Spans = std::vector<std::pair<std::size_t, std::size_t>>;
using Kind = Matcher::Found::Kind;

constexpr std::size_t kMaxMatchBytes = 64;

void require(bool condition) {
  if (!condition) std::abort();
}

// Takes what is decided of `text`; returns where it goes on.
std::size_t take(const Matcher& matcher, std::string_view text, std::size_t from,
                 Matcher::Rest rest, Spans& out) {
  while (true) {
    const auto found = matcher.find(text, from, rest);
    if (found.kind == Kind::kOpen) {
      require(rest == Matcher::Rest::kMayFollow && found.begin >= from);
      require(text.size() - found.begin <= kMaxMatchBytes);
      return found.begin;
    }
    if (found.kind == Kind::kNothing) return text.size();
    require(found.begin >= from && found.begin < found.end && found.end <= text.size());
    require(found.end - found.begin <= kMaxMatchBytes);
    out.emplace_back(found.begin, found.end);
    from = found.end;
  }
}

bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t step = data[0] % 31 + 1;
  const std::string_view all(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto line = all.find('\n');
  const std::string_view text = line == all.npos ? std::string_view() : all.substr(line + 1);
  const auto kind = static_cast<MatcherRule::Kind>(data[0] / 32 % 3);
  const std::vector<MatcherRule> rules{{all.substr(0, line), kind, data[0] < 128}};
  const auto matcher =
      Matcher::compile(rules, {.max_match_bytes = kMaxMatchBytes, .max_states = 2048});
  if (!matcher) return 0;
  Spans whole;
  take(*matcher, text, 0, Matcher::Rest::kNone, whole);
  Spans cut;
  std::size_t from = 0;
  for (std::size_t end = 0; end < text.size();) {
    end = end + step < text.size() ? end + step : text.size();
    while (end < text.size() && is_tail(text[end])) ++end;  // characters come whole
    from = take(*matcher, text.substr(0, end), from, Matcher::Rest::kMayFollow, cut);
  }
  take(*matcher, text, from, Matcher::Rest::kNone, cut);
  require(whole == cut);
  return 0;
}
