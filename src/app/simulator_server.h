// `tidegate simulate`: the simulator behind sockets of its own.
//
// Worker threads with a reactor and a listening socket each (SO_REUSEPORT); HTTP/1.1, and HTTP/2 by
// prior knowledge. A reply's head leaves with its first piece, a whole reply in one write; a
// planned reset aborts the connection, and a client that goes ends its reply.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "config/backend.h"
#include "simulator/simulator.h"

namespace tidegate::app {

struct SimulatorServerSettings {
  std::string listen = "127.0.0.1:8000";
  std::size_t workers = 1;
  std::chrono::milliseconds drain_time = limits::kDrainTimeout;
  config::SimulatorSettings answers;
};

class SimulatorServer {
 public:
  explicit SimulatorServer(SimulatorServerSettings settings);
  ~SimulatorServer();

  // Listens and starts the threads. Errors: kInvalidConfig: "cannot listen on ...".
  Result<void> start();
  // "127.0.0.1:8000", with the port that was chosen. REQUIRES: start() succeeded.
  std::string address() const;
  // Stops listening, lets replies finish within drain_time, cancels the rest, ends the threads.
  void drain();

 private:
  class Worker;

  SimulatorServerSettings settings_;
  SystemClock clock_;
  simulator::Simulator simulator_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

// Serves until a signal ends it; prints one line with the address to standard output when it
// listens. Returns an exit code.   Thread: main, before any other thread starts.
int run_simulator(SimulatorServerSettings settings);

}  // namespace tidegate::app
