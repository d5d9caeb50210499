#include "bench/load/client/response_check.h"

#include <fmt/format.h>

#include "bench/load/work/payloads.h"

namespace tidegate::bench {

void ResponseCheck::begin() {
  status_ = 0;
  body_bytes_ = 0;
  events_ = 0;
  ending_ = Ending::kNone;
  line_.clear();
  text_.clear();
}

void ResponseCheck::body(std::string_view piece) {
  body_bytes_ += piece.size();
  if (expected_->events > 0) scan_events(piece);
  if (!expected_->holds.empty()) text_.append(piece);
}

void ResponseCheck::scan_events(std::string_view piece) {
  const Instant now = Clock::now();
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    std::string_view line = piece.substr(0, end);
    piece.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
    if (end == std::string_view::npos || !line_.empty()) {
      line_.append(line);
      line = line_;
    }
    if (end == std::string_view::npos) return;
    if (line == "data: [DONE]") ending_ = Ending::kDone;
    if (const MadeAt made = find_made_at(line); made.kind == MadeAt::Kind::kToken) {
      ++events_;
      // A burst is prepared in advance: its tokens carry no instant and have no latency.
      recorder_->token(made.instant == Instant{} ? Duration(0) : now - made.instant);
    }
    line_.clear();
  }
}

std::string ResponseCheck::find_fault() const {
  if (status_ != expected_->status) return fmt::format("status {}", status_);
  if (expected_->events != events_) return "wrong number of events";
  if (expected_->events > 0 && ending_ == Ending::kNone) return "stream without [DONE]";
  if (text_.find(expected_->holds) == std::string::npos) return "another text: " + text_;
  if (expected_->body_bytes > 0 && body_bytes_ != expected_->body_bytes) {
    return fmt::format("body of {} bytes instead of {}", body_bytes_, expected_->body_bytes);
  }
  return {};
}

}  // namespace tidegate::bench
