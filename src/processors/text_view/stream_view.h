// The texts of a stream as they are shown: piece by piece, with what stands before, either
// each before it goes out or every so many bytes.   Thread: one owner.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "llm/text/stream_texts.h"
#include "processors/text_view/selection.h"
#include "processors/text_view/shown.h"

namespace tidegate::processors::text_view {

class StreamView {
 public:
  explicit StreamView(const Selection& selection) : selection_(selection) {}

  // The texts of one event. What is to be shown now is in `out`, if anything; views of this object
  // and of the event.
  void take(const llm::EventTexts& event, Shown& out);
  // The stream is over: what went out unseen is shown.
  void finish(Shown& out);
  // What a shown text became, by its id.
  void mask(const Masked& masked);
  // What was taken has passed: it stands before what comes.
  void pass();

 private:
  static constexpr std::size_t kNoLane = static_cast<std::size_t>(-1);

  struct Open {
    llm::Lane lane;
    llm::Channel channel = llm::Channel::kAssistant;
    std::string before;      // the end of what has passed
    std::size_t unseen = 0;  // bytes at its end that were not shown
    std::string piece;       // of this event
    bool is_shown = false;   // with this event
    bool ends = false;       // with this event
  };
  std::size_t open(const llm::StreamText& text);
  void show(const llm::EventTexts& event, Shown& out);

  const Selection& selection_;
  std::vector<Open> open_;
  std::vector<std::size_t> lanes_;  // of the texts that are shown, by id: position in open_
};

}  // namespace tidegate::processors::text_view
