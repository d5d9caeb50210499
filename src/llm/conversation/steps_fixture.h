// For tests of stream readers: steps as text, their grammar, and every way to split a stream.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "llm/conversation/dialect.h"

namespace tidegate::llm {

// One line for each step; neighbouring deltas of one kind are joined, since readers may cut them as
// they like.
class StepText {
 public:
  void add(const std::vector<ReplyStep>& steps) {
    for (const auto& step : steps) {
      std::visit([&](const auto& value) { put(value); }, step);
    }
  }
  std::string text() const { return text_; }

 private:
  void line(std::string_view words) {
    text_ += words;
    text_ += '\n';
    last_delta_.clear();
  }
  void put(const ReplyStart& step) {
    line("start " + std::string(step.id) + " " + std::string(step.model));
  }
  void put(const BlockStart& step) {
    static constexpr std::string_view kKinds[] = {"text", "call", "reasoning", "redacted",
                                                  "refusal"};
    line("block " + std::to_string(step.index) + " " +
         std::string(kKinds[static_cast<int>(step.kind)]) + " " + std::string(step.id.bytes) + " " +
         std::string(step.name.bytes) + " " + std::string(step.data.bytes));
  }
  void put(const BlockDelta& step) {
    static constexpr std::string_view kKinds[] = {"text",      "arguments", "signature",
                                                  "encrypted", "citation",  "logprobs"};
    const auto kind =
        std::to_string(step.index) + " " + std::string(kKinds[static_cast<int>(step.kind)]) + " ";
    const bool raw =
        step.kind == BlockDelta::Kind::kCitation || step.kind == BlockDelta::Kind::kLogprobs;
    const bool joins = last_delta_ == kind && !raw;
    if (joins) text_.pop_back();
    if (!joins) text_ += "delta " + kind;
    text_ += step.text.bytes;
    text_ += '\n';
    last_delta_ = kind;
  }
  void put(const BlockStop& step) { line("stop " + std::to_string(step.index)); }
  void put(const ReplyUsage& step) {
    const auto& usage = step.usage;
    line("usage " + std::to_string(usage.input_uncached.value()) + " " +
         std::to_string(usage.cache_read.value()) + " " + std::to_string(usage.output.value()));
  }
  void put(const ReplyTier& step) { line("tier " + std::string(step.service_tier)); }
  void put(const ReplyLoss& step) { line("loss " + std::string(step.path)); }
  void put(const ReplyFinish& step) {
    line("finish " + std::to_string(static_cast<int>(step.reason)) + " " +
         std::string(step.stop_sequence.bytes));
  }
  void put(const ReplyEnd&) { line("end"); }
  void put(const Ping&) {}
  void put(const ReplyError& step) {
    line("error " + std::to_string(step.status) + " " + std::string(step.type) + " " +
         std::string(step.message));
  }

  std::string text_;
  std::string last_delta_;
};

// Holds the steps of one stream against the grammar in reply.h; says what is wrong, or nothing.
class StepGrammar {
 public:
  void add(const std::vector<ReplyStep>& steps) {
    for (const auto& step : steps) {
      if (!problem_.empty()) return;
      std::visit([&](const auto& value) { check(value); }, step);
    }
  }
  const std::string& problem() const { return problem_; }

 private:
  void require(bool condition, std::string_view what) {
    if (!condition && problem_.empty()) problem_ = what;
  }
  void within() { require(started_ && !ended_, "a step outside of the reply"); }
  void check(const ReplyStart&) {
    require(!started_ && !ended_, "a second start");
    started_ = true;
  }
  void check(const BlockStart& step) {
    within();
    require(!open_ && !finished_, "a block within a block or behind the finish");
    require(step.index == next_++, "blocks are not numbered in order");
    open_ = true;
  }
  void check(const BlockDelta& step) {
    within();
    require(open_ && step.index + 1 == next_, "a delta outside of its block");
  }
  void check(const BlockStop& step) {
    within();
    require(open_ && step.index + 1 == next_, "a stop outside of its block");
    open_ = false;
  }
  void check(const ReplyUsage&) { within(); }
  void check(const ReplyTier&) { within(); }
  void check(const ReplyLoss&) { within(); }
  void check(const ReplyFinish&) {
    within();
    require(!open_ && !finished_, "a finish within a block, or a second one");
    finished_ = true;
  }
  void check(const ReplyEnd&) {
    within();
    require(!open_, "an end within a block");
    ended_ = true;
  }
  void check(const Ping&) {}
  void check(const ReplyError&) {
    require(!ended_, "an error behind the end");
    ended_ = true;
  }

  bool started_ = false;
  bool open_ = false;
  bool finished_ = false;
  bool ended_ = false;
  std::uint32_t next_ = 0;
  std::string problem_;
};

// What a reader makes of a stream fed in those pieces: steps as text, "failed: ..." where it could
// not go on, "grammar: ..." where the steps are out of order.
inline std::string read_pieces(StreamReader& reader, const std::vector<std::string_view>& pieces) {
  StepText text;
  StepGrammar grammar;
  std::string failure;
  const auto take = [&](Result<void> result, const std::vector<ReplyStep>& steps) {
    text.add(steps);
    grammar.add(steps);
    if (!result) failure = "failed: " + result.error().detail + "\n";
    return result.has_value();
  };
  bool good = true;
  for (const auto piece : pieces) {
    if (!good) break;
    // Its own buffer, gone when the next piece comes.
    const std::string buffer(piece);
    std::vector<ReplyStep> steps;
    auto result = reader.feed(buffer, steps);
    good = take(std::move(result), steps);
  }
  if (good) {
    std::vector<ReplyStep> steps;
    auto result = reader.finish(steps);
    take(std::move(result), steps);
  }
  // In front: texts of the stream may say anything.
  const auto problem =
      grammar.problem().empty() ? std::string() : "grammar: " + grammar.problem() + "\n";
  return problem + text.text() + failure;
}

// Whole, byte by byte, and at every cut: the same steps, or the first split that differs. `make`
// makes a fresh reader (unique_ptr).
template <class Make>
std::string read_every_split(std::string_view stream, const Make& make) {
  auto whole_reader = make();
  const auto whole = read_pieces(*whole_reader, {stream});
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < stream.size(); ++i) bytes.push_back(stream.substr(i, 1));
  auto byte_reader = make();
  if (const auto text = read_pieces(*byte_reader, bytes); text != whole) {
    return "byte by byte:\n" + text + "whole:\n" + whole;
  }
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    auto reader = make();
    const auto text = read_pieces(*reader, {stream.substr(0, cut), stream.substr(cut)});
    if (text != whole) return "cut at " + std::to_string(cut) + ":\n" + text + "whole:\n" + whole;
  }
  return whole;
}

}  // namespace tidegate::llm
