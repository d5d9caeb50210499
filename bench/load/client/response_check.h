// Holds one reply against what was expected, while its bytes arrive, and times the tokens of a
// stream.
#pragma once

#include <string>
#include <string_view>

#include "bench/load/measure/recorder.h"
#include "bench/load/work/work.h"

namespace tidegate::bench {

class ResponseCheck {
 public:
  // Both must outlive this object.
  ResponseCheck(const Expected& expected, Recorder& recorder)
      : expected_(&expected), recorder_(&recorder) {}

  // Call in this order for each reply: begin, status, body..., then find_fault at its end.
  void begin();
  void status(int value) { status_ = value; }
  void body(std::string_view piece);
  // What was wrong with the reply; empty when it was right.
  std::string find_fault() const;

 private:
  void scan_events(std::string_view piece);

  const Expected* expected_;
  Recorder* recorder_;
  int status_ = 0;
  std::size_t body_bytes_ = 0;
  int events_ = 0;
  enum class Ending { kNone, kDone } ending_ = Ending::kNone;  // [DONE] was seen
  std::string line_;                                           // an event line cut by a read
  std::string text_;                                           // a body that must hold something
};

}  // namespace tidegate::bench
