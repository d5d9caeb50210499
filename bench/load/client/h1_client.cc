#include "bench/load/client/h1_client.h"

namespace tidegate::bench {

void H1Client::on_ready(std::uint32_t events) {
  if (phase_ == Phase::kBroken) return;
  channel_.on_ready(events);
  if (phase_ == Phase::kConnecting && channel_.open()) {
    phase_ = Phase::kIdle;
    driver_.on_free(*this);
  }
  read_replies();
  if (phase_ != Phase::kBroken && channel_.closed()) break_with("connection closed");
}

void H1Client::issue(Instant scheduled) {
  scheduled_ = scheduled;
  phase_ = Phase::kWaiting;
  check_.begin();
  channel_.send(request_);
}

void H1Client::read_replies() {
  for (std::string_view bytes = channel_.read(); !bytes.empty(); bytes = channel_.read()) {
    if (phase_ != Phase::kWaiting) return break_with("bytes that were not asked for");
    const auto progress = reader_.feed(bytes);
    if (progress == H1Reader::Progress::kMalformed) return break_with("malformed reply");
    if (progress == H1Reader::Progress::kIncomplete) continue;
    if (!bytes.empty()) return break_with("bytes that were not asked for");
    finish_reply();
  }
}

void H1Client::finish_reply() {
  phase_ = Phase::kIdle;
  if (const std::string fault = check_.find_fault(); !fault.empty()) {
    driver_.on_failure(fault);
  } else {
    driver_.on_reply(scheduled_);
  }
  driver_.on_free(*this);
}

void H1Client::break_with(std::string_view reason) {
  phase_ = Phase::kBroken;
  driver_.on_failure(reason);
}

}  // namespace tidegate::bench
