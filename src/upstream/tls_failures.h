// Who hears of TLS failures with upstreams, and why they were.   Thread: the worker's.
#pragma once

#include <memory>
#include <utility>

#include "base/tls_fault.h"
#include "config/backend.h"

namespace tidegate::upstream {

class TlsFailureSink {
 public:
  virtual ~TlsFailureSink() = default;
  // A connection to the backend failed in its handshake, or because of it: servers tell only after
  // it that they do not want a client's certificate (RFC 8446 4.4.2.4, 6.2).
  virtual void note_tls_failure(const config::Backend& backend, TlsFault fault) = 0;
};

// What a connection reports with.
class TlsFailureReport {
 public:
  TlsFailureReport() = default;
  // `sink` may be null; else it outlives this.
  TlsFailureReport(TlsFailureSink* sink, std::shared_ptr<const config::Backend> backend)
      : sink_(sink), backend_(std::move(backend)) {}
  void note(TlsFault fault) const {
    if (sink_ != nullptr) sink_->note_tls_failure(*backend_, fault);
  }

 private:
  TlsFailureSink* sink_ = nullptr;
  std::shared_ptr<const config::Backend> backend_;
};

}  // namespace tidegate::upstream
