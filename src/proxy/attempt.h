// One try of a request at one endpoint of the chosen backend.   Thread: the worker's.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "async/task_group.h"
#include "proxy/deadline.h"
#include "proxy/flight.h"
#include "proxy/held_body.h"
#include "proxy/upstream_request.h"
#include "upstream/call.h"

namespace tidegate::proxy {

// Why the answer of a try is not for the client, where there is another member to ask.
using telemetry::TryOutcome;

class Attempt {
 public:
  // How a try at a member of a group is made; no other one has any of it.
  struct InGroup {
    const config::Triggers* triggers = nullptr;
    bool may_switch = false;      // there is another member: look at the answer before it goes out
    bool keep_beginning = false;  // wanted by beginning()
  };
  Attempt(Flight& flight, UpstreamRequest& request, upstream::Reuse reuse);
  Attempt(Flight& flight, UpstreamRequest& request, upstream::Reuse reuse, InGroup group);

  // Sends and waits for the response head, within the rule's backend timeout.
  async::Task<Result<void>> run();
  const http::ResponseHead& response() const { return response_; }
  // Whether the backend has another endpoint than the one that was tried.
  bool has_elsewhere() const { return elsewhere_; }
  // After run(), in a group: what the try came to, by the head and the beginning of the reply. All
  // but kSuccess ask for the next member, though what came can still be relayed unless it failed.
  async::Task<Result<TryOutcome>> judge();
  // Of the answer, as far as judge() kept it back.
  std::string_view beginning() const { return held_ ? held_->held() : std::string_view(); }
  // The same and what else is here of its body, without a wait; ends beyond `limit` bytes. For an
  // answer that will not be relayed.
  std::string take_here(std::size_t limit);
  // What a failure of run() or judge() was.
  TryOutcome outcome_of(const Error& error) const;
  // After run() succeeded: passes the response to the client.
  async::Task<Result<void>> relay();
  // Ends what run() or judge() wait for: another try was faster.
  void cancel() { scope_.scope().request(); }
  // Where it went; empty: nowhere yet.
  std::string_view endpoint() const {
    return call_ != nullptr ? call_->facts().endpoint : std::string_view();
  }
  // Await in every case before destruction.
  async::Task<void> finish();

 private:
  async::Task<Result<void>> send();
  async::Task<Result<void>> pass_on();
  async::Task<Result<void>> relay_decoded();
  Result<void> undo_codings();
  async::Task<Result<TryOutcome>> judge_refusal();
  async::Task<Result<TryOutcome>> judge_start();
  bool is_committed(llm::ReplyKind kind);
  std::size_t telling_bytes() const;
  Result<void> make_call(const std::shared_ptr<upstream::BackendState>& state);
  Result<void> name_timeout(Result<void> result) const;
  void note_unresolved(upstream::BackendState& state, const Error& error) const;
  static async::Task<void> watch(Attempt& attempt, std::chrono::milliseconds time, bool& passed);
  static async::Task<void> watch_throughput(Attempt& attempt);
  // Without its content codings where somebody here reads it.
  stream::BodySource& plain_body() { return decoded_ != nullptr ? *decoded_ : call_->body(); }
  stream::BodySource& body() { return held_ ? *held_ : plain_body(); }
  // Tells the backend's state how the try went, once; nothing for a backend that is not watched.
  void report(upstream::Verdict verdict, bool of_connection = false);

  Flight& flight_;
  UpstreamRequest& request_;
  upstream::Reuse reuse_;
  ChildScope scope_;
  async::CancelScope watch_stopped_;
  async::TaskGroup watch_;
  InGroup group_;
  const bool translated_;  // the flight's crossing, before another try of a race changes it
  const bool of_model_;    // the answer is a model's, and read
  bool timed_out_ = false;
  bool first_token_late_ = false;
  bool slow_ = false;
  bool committed_ = false;  // the answer is the client's: what watches its beginning stops
  bool elsewhere_ = false;
  SteadyTime started_;
  std::optional<SteadyTime> first_output_;
  std::shared_ptr<upstream::BackendState> watched_;  // set until report()
  std::unique_ptr<upstream::Call> call_;
  http::ResponseHead response_;
  std::unique_ptr<stream::BodySource> decoded_;  // reads call_'s body
  std::optional<HeldBody> held_;
};

}  // namespace tidegate::proxy
