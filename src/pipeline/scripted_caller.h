// A Caller for tests of processors: notes what was sent, answers what the test says.
#pragma once

#include <deque>
#include <memory>
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

  std::vector<Sent> sent;

 private:
  using Planned = std::pair<std::uint16_t, std::string>;
  async::Reactor& reactor_;
  Arena& arena_;
  std::deque<Result<Planned>> answers_;
};

}  // namespace tidegate::pipeline
