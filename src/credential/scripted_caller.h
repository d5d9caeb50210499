// Token endpoints, files and environment as a test says.   Thread: the test's.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "async/event.h"
#include "credential/http_caller.h"

namespace tidegate::credential {

// Answers calls in order, at once or when release() says so, and notes what was asked.
class ScriptedCaller final : public HttpCaller {
 public:
  explicit ScriptedCaller(async::Reactor& reactor) : released_(reactor) {}

  void answer(std::uint16_t status, std::string body) {
    TokenAnswer next;
    next.status = status;
    next.body = std::move(body);
    script.emplace_back(std::move(next));
  }
  void fail_next(std::string detail) {
    script.emplace_back(fail(ErrorCode::kConnectionRefused, Origin::kUpstream, std::move(detail)));
  }
  // Calls wait from now on.
  void hold() { held_ = true; }
  void release() {
    held_ = false;
    released_.set();
  }

  async::Task<Result<TokenAnswer>> call(TokenRequest request, async::CancelScope&) override {
    requests.push_back(std::move(request));
    if (held_) {
      [[maybe_unused]] const async::Outcome outcome = co_await released_.wait();
    }
    if (script.empty()) co_return fail(ErrorCode::kInternal, Origin::kInternal, "nothing scripted");
    Result<TokenAnswer> next = std::move(script.front());
    script.pop_front();
    co_return next;
  }

  std::vector<TokenRequest> requests;
  std::deque<Result<TokenAnswer>> script;

 private:
  bool held_ = false;
  async::Event released_;
};

class ScriptedSurroundings final : public Surroundings {
 public:
  Result<std::string> read_file(const std::string& path) const override {
    const auto found = files.find(path);
    if (found != files.end()) return found->second;
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "cannot read " + path);
  }
  std::string variable(const char* name) const override {
    const auto found = variables.find(name);
    return found != variables.end() ? found->second : std::string();
  }

  std::map<std::string, std::string> files;
  std::map<std::string, std::string> variables;
};

}  // namespace tidegate::credential
