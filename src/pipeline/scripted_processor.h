// Processors for tests that do what a script says: Scripts has one function per processor name.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "async/event.h"
#include "pipeline/catalog.h"

namespace tidegate::pipeline {

// The scripts of one test. Only one may be alive.
class Scripts {
 public:
  using Script = std::function<Step(Turn&)>;

  Scripts() { current() = this; }
  ~Scripts() { current() = nullptr; }
  Scripts(const Scripts&) = delete;
  Scripts& operator=(const Scripts&) = delete;

  Script& operator[](const std::string& name) { return scripts_[name]; }
  const Script& at(const std::string& name) const { return scripts_.at(name); }

  // By the processor's name: what Processor::held() says, and who is to be told.
  std::map<std::string, std::optional<SteadyTime>> held;
  async::Event* observer = nullptr;

  static Scripts*& current() {
    static Scripts* scripts = nullptr;
    return scripts;
  }

 private:
  std::map<std::string, Script> scripts_;
};

class ScriptedProcessor final : public Processor {
 public:
  explicit ScriptedProcessor(std::string name) : name_(std::move(name)) {}
  Step process(Turn& turn) override { return Scripts::current()->at(name_)(turn); }
  std::optional<SteadyTime> held() const override {
    const auto& all = Scripts::current()->held;
    const auto found = all.find(name_);
    return found == all.end() ? std::nullopt : found->second;
  }
  void notify(async::Event* changed) override { Scripts::current()->observer = changed; }

 private:
  std::string name_;
};

class ScriptedFactory final : public ProcessorFactory {
 public:
  explicit ScriptedFactory(const config::ProcessorSpec& spec) : name_(spec.name) {}
  PhaseSet phases() const override { return PhaseSet::all(); }
  bool may_wait() const override { return true; }
  bool must_see_replies() const override { return !name_.starts_with("optional"); }
  Processor* make(Arena& arena) const override { return make_in<ScriptedProcessor>(arena, name_); }

 private:
  std::string name_;
};

inline Result<std::unique_ptr<const ProcessorFactory>> make_scripted(
    const config::ProcessorSpec& spec) {
  return std::make_unique<const ScriptedFactory>(spec);
}

// A catalog with the type "Scripted" alone.
inline Catalog scripted_catalog() {
  return Catalog({{{"Scripted", PhaseSet::all(), false, nullptr}, make_scripted}});
}

// A step that waits until it is cancelled, as whatever calls out does when nobody answers.
inline Step::Task hang(Turn& turn) {
  const async::Outcome outcome =
      co_await async::sleep_for(turn.reactor, std::chrono::hours(1), &turn.cancel);
  if (outcome == async::Outcome::kTimeout) co_return Verdict::kContinue;
  co_return fail(ErrorCode::kCancelled, Origin::kInternal, "cancelled");
}

// A step that takes its time.
inline Step::Task after(Turn& turn, std::chrono::milliseconds time, Verdict verdict) {
  const async::Outcome outcome = co_await async::sleep_for(turn.reactor, time, &turn.cancel);
  if (outcome == async::Outcome::kTimeout) co_return verdict;
  co_return fail(ErrorCode::kCancelled, Origin::kInternal, "cancelled");
}

}  // namespace tidegate::pipeline
