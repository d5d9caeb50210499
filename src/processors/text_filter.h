// What changes the texts of replies: one filter per text, fed with its pieces as they come.
//
// Thread: one owner per filter; TextFilters is the processor's, for one exchange.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "llm/text/text.h"

namespace tidegate::processors {

// How long parts of a text may be held back.
struct HoldBack {
  SteadyTime now;                         // kept up to date by who feeds the filters
  std::chrono::milliseconds max_held{0};  // 0: no limit

  // When what is held since then must be told.
  SteadyTime until(SteadyTime since) const {
    return max_held.count() > 0 ? since + max_held : SteadyTime::max();
  }
};

class TextFilter {
 public:
  virtual ~TextFilter() = default;
  // Appends to `out` what of the text so far can be told. Returns whether that is anything but
  // `piece`: false means that `out` got it as it is, and nothing is held back.
  virtual Result<bool> feed(std::string_view piece, std::string& out) = 0;
  // The text has ended: appends what was held back.
  virtual Result<void> finish(std::string& out) = 0;
  // When what is held back must be told, whatever it may become; SteadyTime::max(): it may wait.
  virtual SteadyTime held_until() const { return SteadyTime::max(); }
  // The text goes on, but not for now: appends what must be told by `now`.
  virtual Result<void> release(SteadyTime, std::string&) { return {}; }
  // Whether nothing of the text may be told from here on; `out` got what stands before that.
  virtual bool blocks() const { return false; }
};

class TextFilters {
 public:
  virtual ~TextFilters() = default;
  // For one text, of which `text` is the first piece or the whole.
  virtual std::unique_ptr<TextFilter> make(const llm::Text& text) = 0;
};

}  // namespace tidegate::processors
