// The texts of a reply through filters, whole or streamed: a filter for each text, and events for
// what was held back when one ends.
//
// Edits are splices of the strings alone; events whose texts do not change pass as they came. Where
// a filter blocks, what stands before it goes out, and then the stream ends as the caller's dialect
// says that it was filtered.   Thread: one owner.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/clock.h"
#include "llm/text/stream_ending.h"
#include "llm/text/stream_texts.h"
#include "pipeline/processor.h"
#include "processors/text_filter.h"

namespace tidegate::processors {

class ReplyRewriter {
 public:
  enum class Ending : std::uint8_t { kNever, kMayBlock };
  // `filters` outlives the object. kMayBlock: keeps what the end of a blocked stream must say.
  ReplyRewriter(TextFilters& filters, Ending ending) : filters_(filters), ending_(ending) {}

  // A reply that is one document. Returns whether a filter blocks it.
  // Errors: the filters'; kLimit, too many texts. No JSON has no texts.
  Result<bool> take_whole(pipeline::Turn& turn);
  // One event of a stream, its end, or a pause of it. Errors: the filters'; those of
  // list_event_texts.
  Result<void> take_event(pipeline::Turn& turn);
  bool has_blocked() const { return blocked_; }
  // When a filter wants a pause at the latest, as pipeline::Processor::held() says it.
  std::optional<SteadyTime> held() const;

 private:
  struct Open {
    llm::Lane lane;
    std::unique_ptr<TextFilter> filter;
  };
  // What takes the place of a text of this event.
  struct Changed {
    const llm::StreamText* text;
    std::string plain;
    bool is_changed;
  };

  Result<void> feed(const llm::StreamText& text);
  Result<void> pause(pipeline::Turn& turn);
  Result<void> end(pipeline::Turn& turn, const llm::LaneEnd& end);
  // `like`: data of an event, which lends what all events have.
  void insert(pipeline::Turn& turn, const llm::Lane& lane, std::string_view like,
              std::string_view plain) const;
  void block(pipeline::Turn& turn);
  Open& open(const llm::StreamText& text);

  TextFilters& filters_;
  const Ending ending_;
  bool blocked_ = false;
  std::optional<llm::StreamEnding> stream_ending_;
  std::vector<Open> open_;
  const llm::EventTexts* event_ = nullptr;  // of the event under way; null at the end
  std::vector<Changed> changed_;
  std::string last_;  // data of the event that left something held for a time
};

}  // namespace tidegate::processors
