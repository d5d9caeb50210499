// The contract of a payload processor: what it sees of an exchange, what it may answer.
//
// A ProcessorFactory is made once from a processor's configuration, is kept while that does not
// change, and is shared by all workers. It makes one Processor per exchange, whose process() is
// called once per phase (per event in StreamChunk), on one thread, never twice at a time. A
// processor touches nothing: what it wants changed it puts into the turn's Effects, and says by its
// Step what shall happen. See docs/adding-a-processor.md; src/processors has examples.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "async/cancel.h"
#include "async/reactor.h"
#include "async/task.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/micro_usd.h"
#include "config/pipeline.h"
#include "http/message.h"
#include "llm/call.h"
#include "llm/request_facts.h"
#include "llm/usage.h"
#include "pipeline/caller.h"
#include "pipeline/effects.h"
#include "pipeline/metadata.h"
#include "pipeline/payload_texts.h"

namespace tidegate::pipeline {

using config::Phase;
using config::PhaseSet;

// One event of a stream of the caller's dialect; its data is the message's payload.
struct StreamEvent {
  std::string_view type;  // "event:"; empty for the usual one
  std::uint64_t index = 0;
  bool end = false;  // no event: the stream is over, the last chance to insert some
};

// What a processor sees. Views are valid until process(), or the task that it returned, is over.
struct Message {
  explicit Message(const http::RequestHead& r) : request(&r) {}

  const http::RequestHead* request;              // never null
  const http::ResponseHead* response = nullptr;  // in response phases
  std::optional<llm::Call> call;                 // empty: no model call, or not looked at
  const llm::RequestFacts* facts = nullptr;      // ranges in the request's payload; null: not read
  std::string_view model;                        // empty: none, or not read
  bool stream = false;                           // the caller asked for a stream
  std::string_view payload;                      // of body phases; the data of the event
  const StreamEvent* event = nullptr;            // in StreamChunk
  // Behind the payload, in body phases and with the end of a stream; null: none.
  const http::HeaderMap* trailers = nullptr;
  std::string_view client_ip;
  std::string_view route;    // its id; empty: routes were not matched yet
  std::size_t rule = 0;      // of the route, by its place
  std::string_view backend;  // its id, of pipelines of a backend; else empty
  std::optional<std::string_view>
      region;                         // of the backend that is tried or has answered; may be ""
  const llm::Usage* usage = nullptr;  // of the reply, as far as it was told; null: not known
  std::optional<MicroUsd> cost;       // of that; absent: not known
  std::string_view inserted;          // StreamChunk: events that others have put before this one
  bool dropped = false;               // StreamChunk: the client does not get this event
};

// One call of a processor.
struct Turn {
  Turn(Phase p, const Message& m, Effects& e, Arena& a, async::Reactor& r, async::CancelScope& c,
       Caller& o, PayloadTexts& x, const config::Pipeline& l, const config::ProcessorSpec& s)
      : phase(p),
        message(m),
        effects(e),
        arena(a),
        reactor(r),
        cancel(c),
        caller(o),
        texts(x),
        pipeline(l),
        spec(s) {}

  // The backend with that name in the pipeline's list; null: there is none, or it does not resolve.
  std::shared_ptr<const config::Backend> find_backend(std::string_view name) const {
    const auto found = std::ranges::find(pipeline.backends, name, &config::NamedBackend::name);
    return found == pipeline.backends.end() ? nullptr : found->backend;
  }

  Phase phase;
  const Message& message;
  Effects& effects;
  Arena& arena;                // the exchange's
  async::Reactor& reactor;     // for what waits
  async::CancelScope& cancel;  // requested when time is over or nobody wants the result: end soon
  Caller& caller;              // asks backends
  PayloadTexts& texts;         // of the message's payload
  const config::Pipeline& pipeline;
  const config::ProcessorSpec& spec;
  const Metadata* metadata = nullptr;  // what processors have told; null: nobody keeps it
  std::uint64_t policy = 0;  // of all pipelines at this place; another one where any is changed
};

enum class Verdict : std::uint8_t {
  kContinue,  // with what the effects change, if anything
  kReroute,   // effects.reroute
  kAnswer,    // effects.reply
  kReject,    // effects.refusal
};

// What process() came to: a verdict, a failure, or a task that will tell. An Error is a failure of
// the processor, whose failureMode decides what it means; what the processor disapproves of is a
// kReject.
class Step {
 public:
  using Task = async::Task<Result<Verdict>>;
  Step(Verdict verdict) : value_(verdict) {}       // NOLINT(google-explicit-constructor)
  Step(Error error) : value_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Step(Task task) : value_(std::move(task)) {}     // NOLINT(google-explicit-constructor)

  const Verdict* verdict() const { return std::get_if<Verdict>(&value_); }
  Error* error() { return std::get_if<Error>(&value_); }
  Task* task() { return std::get_if<Task>(&value_); }

 private:
  std::variant<Verdict, Error, Task> value_;
};

class Processor {
 public:
  virtual ~Processor() = default;
  // Looks at one phase. `turn` and what it refers to outlive a task that is returned; a task ends
  // soon once turn.cancel is requested.
  virtual Step process(Turn& turn) = 0;
};

// How long a task may take whose processor has no timeout.
inline constexpr std::chrono::milliseconds kDefaultProcessorTimeout{10'000};

class ProcessorFactory {
 public:
  virtual ~ProcessorFactory() = default;
  // The phases it needs, given its configuration: one without a body phase causes no buffering.
  virtual PhaseSet phases() const = 0;
  // Whether a step may be a task.
  virtual bool may_wait() const { return false; }
  // How long a task may take where the user has set no timeout.
  virtual std::chrono::milliseconds default_timeout() const { return kDefaultProcessorTimeout; }
  // Whether a reply that cannot be shown to it (binary frames, an encoding, a size) must not pass.
  virtual bool must_see_replies() const { return true; }
  // Whether it needs the model in RequestHeaders, so that the payload of a model call is read
  // first.
  virtual bool needs_model() const { return false; }
  // What keeps it from working for now, though its configuration is right (a folder that is not
  // there): told to operators when the configuration is loaded, and each exchange is a failure.
  // Empty: nothing.
  virtual std::string trouble() const { return {}; }
  // Whether what it was made of beside its configuration (files) is still the same. Where it is
  // not, another one is made when the configuration is loaded again.   Thread: the loading one.
  virtual bool is_current() const { return true; }
  // One for an exchange, constructed in the arena; the caller destroys it.   Thread: any.
  virtual Processor* make(Arena& arena) const = 0;
};

// For ProcessorFactory::make().
template <class T, class... Args>
Processor* make_in(Arena& arena, Args&&... args) {
  return ::new (arena.allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
}

}  // namespace tidegate::pipeline
