// One UDP listener: each client address has a flow with its own connected upstream socket, so
// replies find their way back.
//
// Flows end after an idle time in both directions and their number is bounded: what would open one
// too many is dropped and counted, as the network itself may drop.   Thread: the reactor's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "async/cancel.h"
#include "async/task_group.h"
#include "io/datagram.h"
#include "l4/upstream.h"

namespace tidegate::l4 {

struct DatagramLimits {
  std::chrono::milliseconds idle{60'000};
  std::size_t max_flows = 16'384;  // each costs a descriptor
  std::size_t max_waiting = 16;    // datagrams kept per flow while its endpoint is looked up
};

struct DatagramCounts {
  std::uint64_t flows = 0;  // opened since the start
  std::uint64_t datagrams_up = 0;
  std::uint64_t datagrams_down = 0;
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  std::uint64_t dropped = 0;  // no flow to be had, no endpoint, or no room in a socket
};

class DatagramProxy {
 public:
  // `upstream` and `batch` (shared by the worker's proxies) must outlive the proxy.
  DatagramProxy(std::unique_ptr<io::DatagramSocket> listener, DatagramUpstream& upstream,
                io::DatagramBatch& batch, DatagramLimits limits);
  ~DatagramProxy();

  // Serves until stop(). Call once.
  void start();
  // Closes the listener and every flow; await before destruction.
  async::Task<void> stop();
  // From now on new flows use this one; those that exist keep their endpoint.
  void set_upstream(DatagramUpstream& upstream) { upstream_ = &upstream; }

  const DatagramCounts& counts() const { return counts_; }
  std::size_t active_flows() const { return flows_.size(); }
  io::Address local_address() const { return listener_->local_address(); }

 private:
  struct Flow;
  struct HashAddress {
    std::size_t operator()(const io::Address& address) const;
  };
  async::Task<void> receive_all();
  async::Task<void> run_flow(std::shared_ptr<Flow> flow);
  async::Task<Result<void>> open(Flow& flow);
  void take(std::string_view text, const io::Address& client);
  void send_up(Flow& flow, std::string_view text);
  void send_down(const Flow& flow, std::size_t count);

  std::unique_ptr<io::DatagramSocket> listener_;
  DatagramUpstream* upstream_;
  io::DatagramBatch& batch_;
  DatagramLimits limits_;
  DatagramCounts counts_;
  std::unordered_map<io::Address, std::shared_ptr<Flow>, HashAddress> flows_;
  async::CancelScope stopping_;
  async::TaskGroup tasks_;
};

}  // namespace tidegate::l4
