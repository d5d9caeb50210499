#include "patterns/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "patterns/characters.h"

namespace tidegate::patterns {
namespace {

using State = Nfa::State;
using Ranges = std::vector<CharRange>;

// Of all expressions of one automaton.
constexpr std::size_t kMaxStates = 1U << 20;
constexpr std::uint32_t kMaxRepeat = 1024;
constexpr int kMaxDepth = 32;
constexpr std::uint32_t kBlanksInWords = 3;

// A part of an expression: where it begins, and the states whose way out is not known yet.
struct Part {
  std::uint32_t start = Nfa::kNone;
  std::vector<std::uint32_t> ends;
  std::size_t max_bytes = 0;
  bool may_be_empty = false;
};

// In order, each character once.
Ranges merge(Ranges ranges) {
  std::ranges::sort(ranges, {}, &CharRange::low);
  Ranges out;
  for (const auto& range : ranges) {
    if (!out.empty() && range.low <= out.back().high + 1) {
      out.back().high = std::max(out.back().high, range.high);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

Ranges add_other_cases(Ranges ranges) {
  constexpr std::uint32_t kMaxCased = 0x600;
  const auto count = ranges.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto range = ranges[i];
    for (auto c = range.low; c <= std::min(range.high, kMaxCased); ++c) {
      if (const auto other = other_case(c); other != c) ranges.push_back({other, other});
    }
  }
  return ranges;
}

Ranges complement(Ranges ranges) {
  std::ranges::sort(ranges, {}, &CharRange::low);
  Ranges out;
  std::uint32_t next = 1;  // never NUL: it stands for what is no text
  for (const auto& range : ranges) {
    if (range.low > next) out.push_back({next, range.low - 1});
    next = std::max(next, range.high + 1);
  }
  if (next <= kMaxChar) out.push_back({next, kMaxChar});
  return out;
}

class Builder {
 public:
  Builder(Nfa& nfa, bool any_case) : nfa_(nfa), any_case_(any_case) {}

  bool is_full() const { return nfa_.states.size() > kMaxStates; }

  std::uint32_t add(State state) {
    nfa_.states.push_back(state);
    return static_cast<std::uint32_t>(nfa_.states.size() - 1);
  }

  void connect(const Part& part, std::uint32_t to) {
    for (const auto end : part.ends) {
      auto& state = nfa_.states[end];
      (state.next == Nfa::kNone ? state.next : state.other) = to;
    }
  }

  Part empty() {
    const auto state = add({});
    return {state, {state}, 0, true};
  }

  Part sequence(Part first, Part second) {
    connect(first, second.start);
    return {first.start, std::move(second.ends), first.max_bytes + second.max_bytes,
            first.may_be_empty && second.may_be_empty};
  }

  Part either(Part first, Part second) {
    first.ends.insert(first.ends.end(), second.ends.begin(), second.ends.end());
    const auto split = add({State::Kind::kSplit, 0, 0, first.start, second.start});
    return {split, std::move(first.ends), std::max(first.max_bytes, second.max_bytes),
            first.may_be_empty || second.may_be_empty};
  }

  Part optional(Part part) { return either(std::move(part), empty()); }

  // Any character of these, and in any case of those where it does not matter.
  Part one_of(const Ranges& wanted) {
    std::vector<ByteRanges> runs;
    for (const auto& range : merge(any_case_ ? add_other_cases(wanted) : wanted)) {
      for (auto& run : spell(range)) runs.push_back(std::move(run));
    }
    Part all;
    for (const auto& run : runs) {
      Part one = bytes(run);
      all = all.start == Nfa::kNone ? std::move(one) : either(std::move(all), std::move(one));
    }
    return all;
  }

  // Any character but these.
  Part none_of(const Ranges& unwanted) {
    const auto all = complement(any_case_ ? add_other_cases(unwanted) : unwanted);
    return Builder(nfa_, false).one_of(all);
  }

 private:
  Part bytes(const ByteRanges& run) {
    Part part;
    for (const auto& [low, high] : run) {
      const auto state = add({State::Kind::kBytes, low, high, Nfa::kNone, Nfa::kNone});
      if (part.start == Nfa::kNone) part.start = state;
      connect(part, state);
      part.ends = {state};
    }
    part.max_bytes = run.size();
    return part;
  }

  Nfa& nfa_;
  const bool any_case_;
};

class Parser {
 public:
  Parser(std::string_view text, bool any_case, Nfa& nfa)
      : whole_(text), text_(text), build_(nfa, any_case) {}

  Result<ParsedExpression> parse(std::uint32_t number) {
    ParsedExpression parsed;
    parsed.word_begins = take("\\b");
    TIDEGATE_TRY(part, alternatives(0));
    if (!text_.empty()) return wrong("a ')' without '('");
    if (part.may_be_empty) return wrong("it could match nothing at all");
    parsed.word_ends = word_ends_;
    return conclude(std::move(part), number, parsed);
  }

  Result<ParsedExpression> parse_words(std::uint32_t number) {
    ParsedExpression parsed;
    auto rest = text_;
    if (rest.empty()) return wrong("it is empty");
    parsed.word_begins = is_word_char(take_char(rest));
    parsed.word_ends = is_word_char(last_char(text_));
    Part all = build_.empty();
    while (!text_.empty()) {
      const auto c = take_char(text_);
      if (c > kMaxChar || c == 0) return wrong("is no character of UTF-8");
      const bool blank = c == ' ';
      if (blank) text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size()));
      Part one = blank ? blanks() : build_.one_of({{c, c}});
      all = build_.sequence(std::move(all), std::move(one));
    }
    return conclude(std::move(all), number, parsed);
  }

 private:
  Part blanks() {
    const Ranges ranges = {{'\t', '\n'}, {'\r', '\r'}, {' ', ' '}, {0xA0, 0xA0}};
    Part rest = build_.optional(build_.one_of(ranges));
    for (std::uint32_t i = 2; i < kBlanksInWords; ++i) {
      rest = build_.optional(build_.sequence(build_.one_of(ranges), std::move(rest)));
    }
    return build_.sequence(build_.one_of(ranges), std::move(rest));
  }

  Result<ParsedExpression> conclude(Part part, std::uint32_t number, ParsedExpression parsed) {
    if (build_.is_full()) return wrong("the expressions are too many, or too long");
    const auto accept = build_.add({State::Kind::kAccept, 0, 0, number, Nfa::kNone});
    build_.connect(part, accept);
    parsed.start = part.start;
    parsed.max_bytes = part.max_bytes;
    return parsed;
  }

  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                fmt::format("at {}: {}", whole_.size() - text_.size() + 1, what));
  }

  bool take(std::string_view prefix) {
    if (!text_.starts_with(prefix)) return false;
    text_.remove_prefix(prefix.size());
    return true;
  }

  Result<Part> alternatives(int depth) {
    if (depth > kMaxDepth) return wrong("groups are nested too deep");
    TIDEGATE_TRY(all, sequence(depth));
    while (take("|")) {
      TIDEGATE_TRY(one, sequence(depth));
      all = build_.either(std::move(all), std::move(one));
    }
    return std::move(all);
  }

  Result<Part> sequence(int depth) {
    Part all = build_.empty();
    while (!text_.empty() && text_[0] != '|' && text_[0] != ')') {
      if (take("\\b")) {
        if (depth > 0 || !text_.empty()) return wrong("\\b stands at either end only");
        word_ends_ = true;
        break;
      }
      TIDEGATE_TRY(one, repeated(depth));
      all = build_.sequence(std::move(all), std::move(one));
      if (build_.is_full()) return wrong("the expressions are too many, or too long");
    }
    return std::move(all);
  }

  // An atom and how often it may stand there: it is read again for each time.
  Result<Part> repeated(int depth) {
    const auto atom_text = text_;
    TIDEGATE_TRY(first, atom(depth));
    if (take("?"))
      return lazy() ? wrong("lazy repeats are not known") : done(build_.optional(std::move(first)));
    if (!text_.empty() && (text_[0] == '*' || text_[0] == '+')) {
      return wrong("'*' and '+' have no limit: say {0,20}");
    }
    if (text_.empty() || text_[0] != '{') return std::move(first);
    text_.remove_prefix(1);
    TIDEGATE_TRY(least, repeat_number());
    auto most = least;
    if (take(",")) {
      if (text_.starts_with('}')) return wrong("a repeat without limit: say {1,20}");
      TIDEGATE_TRY(limit, repeat_number());
      most = limit;
    }
    if (!take("}") || most < least || most == 0) return wrong("is no repeat");
    if (lazy()) return wrong("lazy repeats are not known");
    const auto behind = text_;
    const auto again = [&]() -> Result<Part> {
      text_ = atom_text;
      auto part = atom(depth);
      text_ = behind;
      return part;
    };
    // x{2,4} is x x (x (x)?)?
    Part rest = build_.empty();
    for (auto i = least; i < most; ++i) {
      if (build_.is_full()) return wrong("the expressions are too many, or too long");
      TIDEGATE_TRY(one, again());
      rest = build_.optional(build_.sequence(std::move(one), std::move(rest)));
    }
    if (least == 0) return std::move(rest);
    Part all = std::move(first);
    for (std::uint32_t i = 1; i < least; ++i) {
      if (build_.is_full()) return wrong("the expressions are too many, or too long");
      TIDEGATE_TRY(one, again());
      all = build_.sequence(std::move(all), std::move(one));
    }
    return build_.sequence(std::move(all), std::move(rest));
  }

  static Result<Part> done(Part part) { return part; }
  bool lazy() { return !text_.empty() && (text_[0] == '?' || text_[0] == '+' || text_[0] == '*'); }

  Result<std::uint32_t> repeat_number() {
    std::uint32_t value = 0;
    bool any = false;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') {
      value = value * 10 + static_cast<std::uint32_t>(text_[0] - '0');
      any = true;
      text_.remove_prefix(1);
      if (value > kMaxRepeat) return wrong(fmt::format("repeats more than {} times", kMaxRepeat));
    }
    if (!any) return wrong("is no repeat");
    return value;
  }

  Result<Part> atom(int depth) {
    if (take("(")) {
      if (text_.starts_with('?') && !take("?:")) return wrong("groups are (...) or (?:...)");
      TIDEGATE_TRY(inside, alternatives(depth + 1));
      if (!take(")")) return wrong("a '(' without ')'");
      return std::move(inside);
    }
    if (take(".")) return build_.none_of({{'\n', '\n'}});
    if (take("[")) return character_class();
    if (std::string_view("*+?{}^$]").contains(text_[0])) {
      return wrong(fmt::format("'{}' has no meaning here: write \\{}", text_[0], text_[0]));
    }
    if (take("\\")) {
      TIDEGATE_TRY(ranges, escape());
      return build_.one_of(ranges);
    }
    const auto c = take_char(text_);
    if (c > kMaxChar || c == 0) return wrong("is no character of UTF-8");
    return build_.one_of({{c, c}});
  }

  // Behind a backslash.
  Result<Ranges> escape() {
    if (text_.empty()) return wrong("a '\\' at the end");
    const char c = text_[0];
    text_.remove_prefix(1);
    const Ranges digits = {{'0', '9'}};
    const Ranges word = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    const Ranges space = {{'\t', '\r'}, {' ', ' '}};
    switch (c) {
      case 'd':
        return digits;
      case 'D':
        return complement(digits);
      case 'w':
        return word;
      case 'W':
        return complement(word);
      case 's':
        return space;
      case 'S':
        return complement(space);
      case 't':
        return Ranges{{'\t', '\t'}};
      case 'n':
        return Ranges{{'\n', '\n'}};
      case 'r':
        return Ranges{{'\r', '\r'}};
      default:
        break;
    }
    const auto plain = static_cast<unsigned char>(c);
    if (plain >= 0x80 || plain <= ' ' || is_word_char(plain)) {
      return wrong(fmt::format("\\{} is not known", c));
    }
    return Ranges{{plain, plain}};
  }

  Result<Part> character_class() {
    const bool negated = take("^");
    Ranges ranges;
    bool first = true;
    while (first || !text_.starts_with(']')) {
      first = false;
      if (text_.empty()) return wrong("a '[' without ']'");
      TIDEGATE_TRY(low, class_item());
      if (low.size() == 1 && low[0].low == low[0].high && text_.size() > 1 && text_[0] == '-' &&
          text_[1] != ']') {
        text_.remove_prefix(1);
        TIDEGATE_TRY(high, class_item());
        if (high.size() != 1 || high[0].low != high[0].high || high[0].low < low[0].low) {
          return wrong("is no range of characters");
        }
        low[0].high = high[0].low;
      }
      ranges.insert(ranges.end(), low.begin(), low.end());
    }
    text_.remove_prefix(1);
    return negated ? build_.none_of(ranges) : build_.one_of(ranges);
  }

  Result<Ranges> class_item() {
    if (text_.empty()) return wrong("a '[' without ']'");
    if (take("\\")) return escape();
    if (text_.starts_with("[:")) return wrong("named classes are not known");
    const auto c = take_char(text_);
    if (c > kMaxChar || c == 0) return wrong("is no character of UTF-8");
    return Ranges{{c, c}};
  }

  const std::string_view whole_;
  std::string_view text_;
  Builder build_;
  bool word_ends_ = false;
};

}  // namespace

Result<ParsedExpression> add_expression(std::string_view expression, bool any_case,
                                        std::uint32_t number, Nfa& nfa) {
  return Parser(expression, any_case, nfa).parse(number);
}

Result<ParsedExpression> add_words(std::string_view text, bool any_case, std::uint32_t number,
                                   Nfa& nfa) {
  return Parser(text, any_case, nfa).parse_words(number);
}

}  // namespace tidegate::patterns
