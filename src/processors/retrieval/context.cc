#include "processors/retrieval/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include "embed/words.h"
#include "llm/token_estimate.h"
#include "processors/retrieval/question.h"

namespace tidegate::processors::retrieval {
namespace {

constexpr std::size_t kMaxNameBytes = 256;
constexpr std::size_t kMaxCitationsBytes = 2048;
// A decimal of RFC 9651 has twelve digits before its point at most.
constexpr double kMaxScore = 1e11;

// Titles and sources stand within quotes of one line.
std::string_view clean_name(std::string_view name, Arena& arena) {
  std::string out(cut_front(name, kMaxNameBytes));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    if (c == '"') c = '\'';
    if (c == '<' || c == '>') c = c == '<' ? '(' : ')';
  }
  return arena.copy(out);
}

// Folded words: what differs in case, blanks and punctuation alone is the same.
std::string fold(std::string_view text) {
  std::string out;
  embed::Words words(text);
  embed::Word word;
  while (words.next(word)) {
    if (!word.punctuation) (out += word.text) += ' ';
  }
  return out;
}

class Choice {
 public:
  Choice(const Config& config, const PassageGuard* guard, Arena& arena)
      : config_(config), guard_(guard), arena_(arena) {}

  // Errors: of the guard.
  Result<void> consider(Passage passage) {
    if (config_.min_score && passage.score && *passage.score < *config_.min_score) return {};
    passage.text = cut_front(passage.text, config_.max_passage_bytes);
    std::string folded = fold(passage.text);
    if (folded.empty() || std::ranges::find(seen_, folded) != seen_.end()) return {};
    seen_.push_back(std::move(folded));
    if (guard_ != nullptr) {
      TIDEGATE_TRY(passes, guard_->passes(passage));
      if (!passes) {
        ++guarded_;
        return {};
      }
    }
    passage.source = clean_name(passage.source, arena_);
    passage.title = clean_name(passage.title, arena_);
    chosen_.push_back(passage);
    return {};
  }

  std::vector<Passage>& chosen() { return chosen_; }
  std::size_t guarded() const { return guarded_; }

 private:
  const Config& config_;
  const PassageGuard* guard_;
  Arena& arena_;
  std::vector<std::string> seen_;
  std::vector<Passage> chosen_;
  std::size_t guarded_ = 0;
};

// FNV-1a over what the passages say, until they do not say it: what marks their ends cannot be
// forged in them, and is the same for the same passages, so that prompts can be cached.
std::string make_mark(std::span<const Passage> passages) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&hash](std::uint64_t part) { hash = (hash ^ part) * 0x100000001b3; };
  for (const Passage& passage : passages) {
    for (const char c : passage.text) mix(static_cast<unsigned char>(c));
    mix(0x100);
  }
  for (;; mix(0x101)) {
    std::string mark = fmt::format("{:012x}", hash >> 16);
    const bool is_said = std::ranges::any_of(passages, [&mark](const Passage& one) {
      return one.text.find(mark) != one.text.npos || one.source.find(mark) != one.source.npos ||
             one.title.find(mark) != one.title.npos;
    });
    if (!is_said) return mark;
  }
}

class Renderer {
 public:
  Renderer(const Config& config, std::string mark) : config_(config), mark_(std::move(mark)) {}

  std::string frame(const Template& text) const {
    return text.render([this](Variable, std::string_view, std::string& out) { out += mark_; });
  }
  std::string passage(const Passage& one, std::size_t number) const {
    return config_.passage.render([&](Variable variable, std::string_view, std::string& out) {
      if (variable == Variable::kText) out += one.text;
      if (variable == Variable::kSource) out += one.source;
      if (variable == Variable::kTitle) out += one.title;
      if (variable == Variable::kIndex) out += std::to_string(number);
      if (variable == Variable::kMark) out += mark_;
    });
  }

 private:
  const Config& config_;
  const std::string mark_;
};

std::uint64_t tokens_of(std::string_view text) { return llm::estimate_tokens(text).value(); }

// The longest beginning of a passage, by halves, that is within the tokens; empty: none.
std::string cut_to_tokens(const Renderer& renderer, Passage& one, std::uint64_t tokens) {
  std::size_t fits = 0;
  std::size_t too_long = one.text.size();
  const std::string_view whole = one.text;
  while (too_long - fits > 64) {
    const std::size_t middle = fits + (too_long - fits) / 2;
    one.text = cut_front(whole, middle);
    (tokens_of(renderer.passage(one, 1)) <= tokens ? fits : too_long) = middle;
  }
  one.text = cut_front(whole, fits);
  return one.text.empty() ? std::string() : renderer.passage(one, 1);
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e || c == '%') {
      out += fmt::format("%{:02X}", byte);
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

Result<Context> build_context(const Config& config, const PassageGuard* guard,
                              const std::vector<Passage>& found, Arena& arena) {
  Choice choice(config, guard, arena);
  for (const Passage& passage : found) {
    if (choice.chosen().size() == config.count) break;
    TIDEGATE_TRY_VOID(choice.consider(passage));
  }
  Context context;
  context.guarded = choice.guarded();
  const Renderer renderer(config, make_mark(choice.chosen()));
  const std::string before = renderer.frame(config.before);
  const std::string after = renderer.frame(config.after);
  const std::uint64_t frame = tokens_of(before) + tokens_of(after);
  std::uint64_t left = config.max_tokens - std::min(config.max_tokens, frame);
  std::string passages;
  for (Passage& one : choice.chosen()) {
    std::string text = renderer.passage(one, context.used.size() + 1);
    std::uint64_t tokens = tokens_of(text);
    if (tokens > left && context.used.empty()) {
      text = cut_to_tokens(renderer, one, left);
      tokens = tokens_of(text);
    }
    if (text.empty() || tokens > left) continue;
    left -= tokens;
    passages += text;
    context.used.push_back(one);
  }
  if (!context.used.empty()) context.text = before + passages + after;
  return context;
}

std::string format_citations(const std::vector<Passage>& used) {
  std::string out;
  for (std::size_t i = 0; i < used.size(); ++i) {
    const Passage& one = used[i];
    std::string item = out.empty() ? "" : ", ";
    append_string(item, one.source.empty() ? one.title : one.source);
    item += fmt::format(";index={}", i + 1);
    if (!one.title.empty() && !one.source.empty() && one.title != one.source) {
      item += ";title=";
      append_string(item, one.title);
    }
    if (one.score && std::abs(*one.score) < kMaxScore) {
      item += fmt::format(";score={:.3f}", *one.score);
    }
    if (out.size() + item.size() > kMaxCitationsBytes) break;
    out += item;
  }
  return out;
}

}  // namespace tidegate::processors::retrieval
