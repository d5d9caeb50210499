#include "llm/conversation/think_tags.h"

#include <algorithm>
#include <variant>

#include "llm/conversation/logprobs.h"

namespace tidegate::llm {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";
constexpr std::string_view kSpace = " \t\r\n";

std::string_view skip_space(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  return first == text.npos ? std::string_view() : text.substr(first);
}

// How many bytes at the end of `text` may be the beginning of `tag`.
std::size_t begun_tag(std::string_view text, std::string_view tag) {
  for (std::size_t size = std::min(text.size(), tag.size() - 1); size > 0; --size) {
    if (text.ends_with(tag.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

void split_think_tags(Reply& reply, Arena& arena) {
  const auto at = std::ranges::find_if(
      reply.parts, [](const Part& part) { return std::holds_alternative<TextPart>(part); });
  if (at == reply.parts.end()) return;
  auto& text = std::get<TextPart>(*at);
  const std::string_view all = skip_space(json::unescape(text.text, arena));
  if (!all.starts_with(kOpen)) return;
  const auto end = all.find(kClose);
  const std::string_view inside =
      all.substr(kOpen.size(), end == all.npos ? end : end - kOpen.size());
  const std::string_view answer =
      end == all.npos ? std::string_view() : skip_space(all.substr(end + kClose.size()));
  if (!reply.logprobs.empty()) reply.losses.add("reply.logprobs");
  reply.logprobs = {};
  ReasoningPart thought;
  thought.text = json::escape(skip_space(inside), arena);
  text.text = json::escape(answer, arena);
  const bool answered = !answer.empty();
  const auto place = thought.text.empty() ? at : reply.parts.insert(at, thought) + 1;
  if (!answered) reply.parts.erase(place);
}

void ThinkTagFilter::filter(Steps& steps, Arena& arena) {
  if (state_ == State::kDone && more_ == 0) return;
  Steps out;
  out.reserve(steps.size() + 2);
  for (const ReplyStep& step : steps) take(step, arena, out);
  steps = std::move(out);
}

void ThinkTagFilter::take(const ReplyStep& step, Arena& arena, Steps& out) {
  if (const auto* block = std::get_if<BlockStart>(&step)) {
    BlockStart moved = *block;
    moved.index += more_;
    index_ = moved.index;
    const bool first_text = state_ == State::kBefore && block->kind == BlockStart::Kind::kText;
    if (!first_text) return void(out.emplace_back(moved));
    state_ = State::kOpening;
  } else if (const auto* delta = std::get_if<BlockDelta>(&step)) {
    if (state_ != State::kBefore && state_ != State::kDone) {
      if (delta->kind == BlockDelta::Kind::kText) {
        return take_text(json::unescape(delta->text, arena), arena, out);
      }
      if (delta->kind == BlockDelta::Kind::kLogprobs) {
        return append_tokens(logprobs_, delta->text.bytes);
      }
      if (state_ != State::kOpening) return void(out.emplace_back(ReplyLoss{"reply.citations"}));
      begin_text(arena, out);
    }
    BlockDelta moved = *delta;
    moved.index = index_;
    out.emplace_back(moved);
  } else if (std::holds_alternative<BlockStop>(step)) {
    stop(arena, out);
  } else {
    out.push_back(step);
  }
}

void ThinkTagFilter::put(BlockDelta::Kind kind, std::string_view text, Arena& arena, Steps& out) {
  const bool raw = kind == BlockDelta::Kind::kLogprobs;
  const std::string_view kept = arena.copy(text);  // what is held changes
  const EscapedText put = raw ? EscapedText{kept} : json::escape(kept, arena);
  if (!put.empty()) out.emplace_back(BlockDelta{index_, kind, put});
}

void ThinkTagFilter::take_text(std::string_view text, Arena& arena, Steps& out) {
  held_ += text;
  if (state_ == State::kThinking) return think(arena, out);
  if (state_ == State::kClosed) return answer(arena, out);
  const std::string_view begin = skip_space(held_);
  if (begin.size() < kOpen.size() && kOpen.starts_with(begin)) return;
  if (!begin.starts_with(kOpen)) return begin_text(arena, out);
  held_.erase(0, held_.size() - begin.size() + kOpen.size());
  state_ = State::kThinking;
  think(arena, out);
}

// What is held is the answer: nothing of it is held any more.
void ThinkTagFilter::begin_text(Arena& arena, Steps& out) {
  out.emplace_back(BlockStart{.index = index_, .kind = BlockStart::Kind::kText});
  put(BlockDelta::Kind::kLogprobs, logprobs_, arena, out);
  put(BlockDelta::Kind::kText, held_, arena, out);
  state_ = State::kDone;
}

void ThinkTagFilter::think(Arena& arena, Steps& out) {
  if (!logprobs_.empty()) out.emplace_back(ReplyLoss{"reply.logprobs"});
  logprobs_.clear();
  const auto end = held_.find(kClose);
  const std::string_view held = held_;
  std::string_view said =
      held.substr(0, end != held.npos ? end : held.size() - begun_tag(held, kClose));
  const std::size_t taken = said.size();
  if (!thought_) {
    said = skip_space(said);
    if (!said.empty()) {
      thought_ = true;
      out.emplace_back(BlockStart{.index = index_, .kind = BlockStart::Kind::kReasoning});
    }
  }
  if (thought_) put(BlockDelta::Kind::kText, said, arena, out);
  held_.erase(0, end != held_.npos ? end + kClose.size() : taken);
  if (end == std::string::npos) return;
  if (thought_) out.emplace_back(BlockStop{index_});
  state_ = State::kClosed;
  answer(arena, out);
}

void ThinkTagFilter::answer(Arena& arena, Steps& out) {
  const std::string_view text = skip_space(held_);
  if (text.empty()) return held_.clear();
  if (thought_) {
    ++more_;
    ++index_;
  }
  out.emplace_back(BlockStart{.index = index_, .kind = BlockStart::Kind::kText});
  put(BlockDelta::Kind::kLogprobs, logprobs_, arena, out);
  put(BlockDelta::Kind::kText, text, arena, out);
  state_ = State::kDone;
}

void ThinkTagFilter::stop(Arena& arena, Steps& out) {
  const State was = state_;
  if (was == State::kOpening) begin_text(arena, out);
  if (was == State::kThinking) {
    const std::string_view rest = thought_ ? std::string_view(held_) : skip_space(held_);
    if (!rest.empty() && !thought_) {
      out.emplace_back(BlockStart{.index = index_, .kind = BlockStart::Kind::kReasoning});
      thought_ = true;
    }
    put(BlockDelta::Kind::kText, rest, arena, out);
  }
  if (was == State::kOpening || was == State::kThinking || was == State::kClosed) {
    state_ = State::kDone;
  }
  const bool nothing = was == State::kClosed || (was == State::kThinking && !thought_);
  if (!nothing) out.emplace_back(BlockStop{index_});
  // The provider's block gave none: those behind it move up.
  if (nothing && !thought_) more_ -= 1;
}

}  // namespace tidegate::llm
