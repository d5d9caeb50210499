// Bytes between two sockets, both ways, until both have ended.
//
// Each direction reads only when the other socket took what was read before. An orderly end is
// passed on as one (half-close) and the other direction goes on; a failure resets both.
// Thread: the reactor's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "async/cancel.h"
#include "async/task.h"
#include "async/task_group.h"
#include "base/error.h"
#include "io/inbound.h"

namespace tidegate::l4 {

struct RelayResult {
  std::uint64_t bytes_up = 0;    // from downstream to upstream
  std::uint64_t bytes_down = 0;  // from upstream to downstream
  std::optional<Error> failure;  // empty: both sides ended orderly
};

class Relay final : private async::CancelHook {
 public:
  // Sockets and inbounds must outlive the relay. `idle`: no byte in either direction for so long.
  Relay(io::Inbound& downstream, io::Inbound& upstream, std::chrono::milliseconds idle);

  // Runs to the end. Cancelling `scope` resets both sides at once. Call once.
  async::Task<RelayResult> run(async::CancelScope& scope);

 private:
  async::Task<void> pump(io::Inbound& from, io::Inbound& to, std::uint64_t& bytes);
  async::Task<Result<bool>> move_some(io::Inbound& from, io::Inbound& to, std::uint64_t& bytes);
  bool idle_since_last_byte() const;
  void stop(Error why);
  void on_cancel() override;

  io::Inbound& downstream_;
  io::Inbound& upstream_;
  async::Reactor& reactor_;
  std::chrono::milliseconds idle_;
  SteadyTime last_byte_;
  RelayResult result_;
  async::TaskGroup pumps_;
};

}  // namespace tidegate::l4
