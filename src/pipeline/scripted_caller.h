// A Caller for tests of processors: notes what was sent, answers what the test says.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/event.h"
#include "pipeline/caller.h"

namespace tidegate::pipeline {

class ScriptedCaller final : public Caller {
 public:
  ScriptedCaller(async::Reactor& reactor, Arena& arena) : reactor_(reactor), arena_(arena) {}

  struct Sent {
    std::shared_ptr<const config::Backend> backend;
    std::string target;
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields;
  };

  // What the next call gets, in order. Without one a call waits until it is cancelled.
  void answer(std::uint16_t status, std::string body) {
    answers_.emplace_back(Planned(status, std::move(body)));
  }
  void fail_with(Error error) { answers_.emplace_back(std::unexpected(std::move(error))); }

  async::Task<Result<CallAnswer>> call(std::shared_ptr<const config::Backend> backend,
                                       CallRequest request, async::CancelScope& cancel) override {
    Sent& one = sent.emplace_back();
    one.backend = std::move(backend);
    one.target = request.target;
    one.body = std::move(request.body);
    for (const auto& [name, value] : request.fields) one.fields.emplace_back(name, value);
    if (answers_.empty()) {
      const auto outcome = co_await async::sleep_for(reactor_, std::chrono::hours(1), &cancel);
      co_return std::unexpected(
          async::Operation::error_of(outcome, Origin::kInternal, "a call that nobody answers"));
    }
    auto planned = std::move(answers_.front());
    answers_.pop_front();
    if (!planned) co_return std::unexpected(std::move(planned).error());
    CallAnswer given(arena_);
    given.head.status = planned->first;
    given.body = std::move(planned->second);
    co_return given;
  }

  // The next stream: what its answer says, piece by piece, and how it ends. Without an end it waits
  // until it is cancelled.
  void stream_says(std::string bytes) { stream_says_after({}, std::move(bytes)); }
  void stream_says_after(std::chrono::milliseconds time, std::string bytes) {
    says_.emplace_back(time, std::move(bytes));
  }
  void stream_ends(std::string grpc_status) { ends_ = std::move(grpc_status); }

  std::unique_ptr<CallStream> open(std::shared_ptr<const config::Backend> backend,
                                   CallRequest request) override {
    Sent& one = sent.emplace_back();
    one.backend = std::move(backend);
    one.target = request.target;
    for (const auto& [name, value] : request.fields) one.fields.emplace_back(name, value);
    return std::make_unique<Stream>(*this);
  }

  // What a store answers to what was said: bytes, or a failure. Without one it says nothing, until
  // the dialogue is cancelled or its time is over.
  using Store = std::function<Result<std::string>(std::string_view said)>;
  Store store;

  async::Task<Result<void>> talk(std::shared_ptr<const config::Backend>, Dialogue& dialogue,
                                 std::chrono::milliseconds timeout,
                                 async::CancelScope& cancel) override {
    if (store == nullptr) {
      const auto outcome = co_await async::sleep_for(reactor_, timeout, &cancel);
      co_return std::unexpected(
          async::Operation::error_of(outcome, Origin::kUpstream, "a store that says nothing"));
    }
    co_return answer_dialogue(dialogue);
  }
  void talk_aside(std::shared_ptr<const config::Backend>, std::unique_ptr<Dialogue> dialogue,
                  std::chrono::milliseconds) override {
    if (store != nullptr) (void)answer_dialogue(*dialogue);
  }

  std::vector<Sent> sent;
  std::string stream_written;
  bool stream_ended = false;         // by the processor
  std::size_t stream_waiting = 0;    // what the backend leaves lying
  async::Event* observer = nullptr;  // who is told of what the stream says

 private:
  class Stream final : public CallStream {
   public:
    explicit Stream(ScriptedCaller& caller) : caller_(caller) {}
    void write(std::string bytes) override { caller_.stream_written += bytes; }
    std::size_t waiting() const override { return caller_.stream_waiting; }
    void end() override { caller_.stream_ended = true; }
    async::Task<Result<stream::Piece>> read(async::CancelScope& cancel) override {
      const bool ends = caller_.says_.empty() && caller_.ends_;
      if (ends) co_return stream::Piece(std::string_view(), stream::End::kYes);
      auto wait = std::chrono::milliseconds(std::chrono::hours(1));
      if (!caller_.says_.empty()) wait = caller_.says_.front().first;
      const auto outcome = co_await async::sleep_for(caller_.reactor_, wait, &cancel);
      if (caller_.says_.empty() || outcome != async::Outcome::kTimeout) {
        co_return std::unexpected(
            async::Operation::error_of(outcome, Origin::kInternal, "a stream that says nothing"));
      }
      said_ = std::move(caller_.says_.front().second);
      caller_.says_.pop_front();
      co_return stream::Piece(said_, stream::End::kNo);
    }
    bool ready() const override {
      if (caller_.says_.empty()) return caller_.ends_.has_value();
      return caller_.says_.front().first.count() == 0;
    }
    void notify(async::Event* changed) override { caller_.observer = changed; }
    std::optional<std::string_view> trailer(std::string_view name) const override {
      if (name != "grpc-status" || caller_.ends_->empty()) return std::nullopt;
      return *caller_.ends_;
    }

   private:
    ScriptedCaller& caller_;
    std::string said_;
  };

  Result<void> answer_dialogue(Dialogue& dialogue) {
    std::string say = dialogue.begin(Dialogue::Connection::kNew);
    while (true) {
      TIDEGATE_TRY(heard, store(std::exchange(say, {})));
      TIDEGATE_TRY(progress, dialogue.take(heard, say));
      if (progress == Dialogue::Progress::kDone) return {};
    }
  }

  using Planned = std::pair<std::uint16_t, std::string>;
  async::Reactor& reactor_;
  Arena& arena_;
  std::deque<Result<Planned>> answers_;
  std::deque<std::pair<std::chrono::milliseconds, std::string>> says_;
  std::optional<std::string> ends_;
};

}  // namespace tidegate::pipeline
