// One dialogue of a processor with a store: its tries over pooled connections, until it is over.
//
// Failures count for the store's health on this worker as those of calls do: after several in a row
// it is left alone for a while, and dialogues fail at once.   Thread: the worker's.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "pipeline/dialogue.h"
#include "proxy/snapshot.h"
#include "proxy/worker_context.h"
#include "upstream/backend_state.h"

namespace tidegate::proxy {

class DialogueCall {
 public:
  // `worker` and `dialogue` outlive this.
  DialogueCall(WorkerContext& worker, std::shared_ptr<const Snapshot> snapshot,
               std::shared_ptr<const config::Backend> backend, pipeline::Dialogue& dialogue);

  // Errors: of pipeline::Caller::talk().
  async::Task<Result<void>> run(std::chrono::milliseconds timeout, async::CancelScope& cancel);

 private:
  async::Task<Result<void>> try_until_done(async::CancelScope& scope);
  async::Task<Result<void>> try_once(async::CancelScope& scope);
  async::Task<Result<upstream::H1Pool::Lease>> find_connection(upstream::H1Pool& pool,
                                                               async::CancelScope& scope);
  async::Task<Result<void>> converse(upstream::H1Connection& connection);
  bool may_try_again(const Error& error);
  void report(const Result<void>& done);

  WorkerContext& worker_;
  const std::shared_ptr<const Snapshot> snapshot_;
  const std::shared_ptr<const config::Backend> backend_;
  pipeline::Dialogue& dialogue_;
  std::shared_ptr<upstream::BackendState> state_;
  SteadyTime started_{};
  upstream::Reuse reuse_ = upstream::Reuse::kAllowed;
  bool begun_ = false;       // the store's state waits for a report
  std::string endpoint_;     // of this try
  bool was_reused_ = false;  // the connection of this try
  bool has_heard_ = false;   // something, in this try
  bool again_left_ = true;   // one try more
};

// Runs a dialogue as a task of the worker's, unless too many are under way with that backend.
void spawn_dialogue(WorkerContext& worker, std::shared_ptr<const Snapshot> snapshot,
                    std::shared_ptr<const config::Backend> backend,
                    std::unique_ptr<pipeline::Dialogue> dialogue,
                    std::chrono::milliseconds timeout);

}  // namespace tidegate::proxy
