// Lists what somebody outside is shown in each phase of one exchange.   Thread: the worker's.
#pragma once

#include "base/error.h"
#include "pipeline/processor.h"
#include "processors/text_view/selection.h"
#include "processors/text_view/shown.h"
#include "processors/text_view/stream_view.h"

namespace tidegate::processors::text_view {

class Viewer {
 public:
  // `selection` outlives it.
  explicit Viewer(const Selection& selection) : selection_(selection), stream_(selection) {}

  // What is to be shown now, if anything. What is no model call is one text of its own.
  // Phases: RequestBody, ResponseBody, StreamChunk; in others there is nothing.
  // Errors: of the listings of src/llm/text; kMalformed where a request is no text, since it could
  //         hide what a server reads all the same.
  Result<void> list(pipeline::Turn& turn, Shown& out);
  // Of a stream's event, once it was judged or had nothing to show: what was masked, and that it
  // goes out.
  void mask(const Masked& masked) { stream_.mask(masked); }
  void pass(const pipeline::Turn& turn) {
    if (turn.phase == pipeline::Phase::kStreamChunk) stream_.pass();
  }

 private:
  Result<void> list_request(pipeline::Turn& turn, Shown& out) const;
  Result<void> list_reply(pipeline::Turn& turn, Shown& out) const;
  Result<void> list_event(pipeline::Turn& turn, Shown& out);

  const Selection& selection_;
  StreamView stream_;
};

}  // namespace tidegate::processors::text_view
