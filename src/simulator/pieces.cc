#include "simulator/pieces.h"

#include <utility>

namespace tidegate::simulator {
namespace {

using Action = Piece::Action;

// Pieces without a delay between them are sent together up to this size.
constexpr std::size_t kMaxPieceBytes = 16 * 1024;

constexpr std::string_view kStreamError = "The simulated model failed.";

class WholeBody final : public PieceSource {
 public:
  WholeBody(std::string body, std::chrono::microseconds delay)
      : body_(std::move(body)), delay_(delay) {}

  Piece next() override {
    if (std::exchange(sent_, true) || body_.empty()) return {};
    return {Action::kSend, delay_, body_};
  }

 private:
  std::string body_;
  std::chrono::microseconds delay_;
  bool sent_ = false;
};

// Where an answer is made to break off.
struct Fault {
  std::uint64_t after_tokens = 0;  // 0: never
  enum class Kind : std::uint8_t { kStall, kCut, kError } kind = Kind::kStall;
};

Fault find_fault(const Directives& directives) {
  if (directives.error_after_tokens > 0) {
    return {directives.error_after_tokens, Fault::Kind::kError};
  }
  if (directives.cut_after_tokens > 0) return {directives.cut_after_tokens, Fault::Kind::kCut};
  return {directives.stall_after_tokens, Fault::Kind::kStall};
}

// A generated answer that does not stream.
class WholeAnswer final : public PieceSource {
 public:
  WholeAnswer(Subject subject, const Directives& directives, Metrics& metrics, std::uint64_t seed)
      : fault_(find_fault(directives)),
        tokens_(subject.answer.output_tokens),
        pace_(directives, seed),
        running_(metrics, subject.answer, directives.time_to_first_token) {
    body_.reserve(768);
    make_format(subject)->whole(body_);
  }

  std::uint64_t size() const { return body_.size(); }

  Piece next() override {
    const bool breaks = fault_.after_tokens > 0 && fault_.after_tokens <= tokens_;
    if (!std::exchange(sent_, true)) {
      const auto tokens = breaks ? fault_.after_tokens : tokens_;
      running_.sent(tokens);
      const auto bytes =
          std::string_view(body_).substr(0, breaks ? body_.size() / 2 : body_.size());
      return {Action::kSend, pace_.all(tokens), bytes};
    }
    if (breaks) {
      return {fault_.kind == Fault::Kind::kStall ? Action::kStall : Action::kReset, {}, {}};
    }
    running_.complete();
    return {};
  }

 private:
  Fault fault_;
  std::uint64_t tokens_;
  Pace pace_;
  Running running_;
  std::string body_;
  bool sent_ = false;
};

class TokenStream final : public PieceSource {
 public:
  TokenStream(Subject subject, const Directives& directives, Metrics& metrics, std::uint64_t seed)
      : subject_(std::move(subject)),
        format_(make_format(subject_)),
        fault_(find_fault(directives)),
        pace_(directives, seed),
        running_(metrics, subject_.answer, directives.time_to_first_token),
        cursors_(subject_.answer.choices.size()),
        delay_(pace_.first()) {}

  Piece next() override {
    if (ending_) return {*ending_, delay_, {}};
    buffer_.clear();
    auto before = std::exchange(delay_, {});
    if (!std::exchange(opened_, true)) format_->open(buffer_);
    while (!ending_ && buffer_.size() < kMaxPieceBytes) {
      if (delay_.count() > 0 && !buffer_.empty()) break;
      before += std::exchange(delay_, {});  // a token that this format shows later
      step();
    }
    if (!buffer_.empty()) return {Action::kSend, before, buffer_};
    return {ending_.value_or(Action::kEnd), before, {}};
  }

 private:
  struct Cursor {
    std::size_t block = 0;
    std::size_t offset = 0;
    bool in_block = false;
    bool closed = false;
  };

  // Writes the next token, or what comes behind the last.
  void step() {
    if (fault_.after_tokens > 0 && sent_ == fault_.after_tokens) {
      break_off();
    } else if (open_choices_ == 0) {
      format_->close(buffer_);
      running_.complete();
      ending_ = Action::kEnd;
    } else {
      while (cursors_[turn_].closed) turn_ = (turn_ + 1) % cursors_.size();
      advance(turn_, cursors_[turn_]);
      turn_ = (turn_ + 1) % cursors_.size();
    }
  }

  void advance(std::size_t choice, Cursor& cursor) {
    const auto& blocks = subject_.answer.choices[choice].blocks;
    if (cursor.block == blocks.size()) {
      close_choice(choice, cursor);
      return;
    }
    const auto& block = blocks[cursor.block];
    if (!std::exchange(cursor.in_block, true)) format_->open_block(buffer_, choice, cursor.block);
    const auto rest = std::string_view(block.text).substr(cursor.offset);
    const auto length = token_length(block.kind, rest);
    if (length > 0) {
      format_->token(buffer_, choice, cursor.block, rest.substr(0, length));
      cursor.offset += length;
      ++sent_;
      running_.sent(1);
    }
    const bool is_last_of_block = cursor.offset == block.text.size();
    if (is_last_of_block) {
      format_->close_block(buffer_, choice, cursor.block);
      cursor = {.block = cursor.block + 1};
    }
    if (cursor.block == blocks.size()) close_choice(choice, cursor);
    if (length > 0 && open_choices_ > 0) delay_ = pace_.next();
  }

  void close_choice(std::size_t choice, Cursor& cursor) {
    format_->close_choice(buffer_, choice);
    cursor.closed = true;
    --open_choices_;
  }

  void break_off() {
    switch (fault_.kind) {
      case Fault::Kind::kStall:
        ending_ = Action::kStall;
        return;
      case Fault::Kind::kCut:
        ending_ = Action::kReset;
        return;
      case Fault::Kind::kError:
        format_->fail(buffer_, kStreamError);
        ending_ = Action::kEnd;
        return;
    }
  }

  Subject subject_;
  std::unique_ptr<Format> format_;
  Fault fault_;
  Pace pace_;
  Running running_;
  std::vector<Cursor> cursors_;
  std::chrono::microseconds delay_;
  std::string buffer_;
  std::optional<Action> ending_;
  std::uint64_t sent_ = 0;
  std::size_t turn_ = 0;
  std::size_t open_choices_ = cursors_.size();
  bool opened_ = false;
};

}  // namespace

std::chrono::microseconds Pace::all(std::uint64_t tokens) {
  auto time = first();
  if (next_.count() == 0 && jitter_.count() == 0) return time;
  for (std::uint64_t i = 1; i < tokens; ++i) time += next();
  return time;
}

std::chrono::microseconds Pace::jitter() {
  if (jitter_.count() == 0) return {};
  const auto bound = static_cast<std::uint64_t>(jitter_.count()) + 1;
  return std::chrono::microseconds(random_.below(bound));
}

namespace {

// By the first choice: vLLM counts each, which are seldom several.
bool is_cut(const Answer& answer) {
  return !answer.choices.empty() && answer.choices.front().finish == Finish::kLength;
}

}  // namespace

Running::Running(Metrics& metrics, const Answer& answer,
                 std::chrono::microseconds time_to_first_token)
    : metrics_(metrics),
      held_(answer.input_tokens + answer.output_tokens),
      whole_end_(is_cut(answer) ? Metrics::End::kLength : Metrics::End::kComplete) {
  metrics_.start(answer.input_tokens, held_, time_to_first_token);
}

Running::~Running() { metrics_.finish(sent_, held_, end_); }

std::unique_ptr<PieceSource> make_whole_body(std::string body, std::chrono::microseconds delay) {
  return std::make_unique<WholeBody>(std::move(body), delay);
}

Generated make_generated(Subject subject, const Directives& directives, Delivery delivery,
                         Metrics& metrics, std::uint64_t seed) {
  if (delivery == Delivery::kStream) {
    return {std::make_unique<TokenStream>(std::move(subject), directives, metrics, seed), {}};
  }
  auto whole = std::make_unique<WholeAnswer>(std::move(subject), directives, metrics, seed);
  const auto size = whole->size();
  return {std::move(whole), size};
}

}  // namespace tidegate::simulator
