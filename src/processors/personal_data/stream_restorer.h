// Puts values back into the events of a streamed reply: a state for each text of it, and events for
// what was held back when a text ends.   Thread: one owner.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "llm/text/stream_texts.h"
#include "pii/restore.h"
#include "pipeline/effects.h"

namespace tidegate::processors::personal_data {

class StreamRestorer {
 public:
  // The restorer outlives the object.
  explicit StreamRestorer(const tidegate::pii::Restorer& restorer) : restorer_(restorer) {}

  // One event of the stream. Errors: as of list_event_texts.
  Result<void> take(llm::Call call, std::string_view type, std::string_view data, Arena& arena,
                    pipeline::Effects& effects);
  // The stream is over: what is still held goes out.
  void finish(llm::Call call, Arena& arena, pipeline::Effects& effects);

 private:
  struct Open {
    llm::Lane lane;
    bool is_json = false;
    tidegate::pii::Restorer::State state;
  };
  // What takes the place of a text of this event.
  struct Changed {
    const llm::StreamText* text;
    std::string plain;
    bool is_changed;
  };

  Open& open(const llm::StreamText& text);
  void feed(const llm::StreamText& text);
  void end(llm::Call call, const llm::LaneEnd& end, std::string_view data, Arena& arena,
           pipeline::Effects& effects);
  void insert(llm::Call call, const llm::Lane& lane, std::string_view data, std::string_view plain,
              Arena& arena, pipeline::Effects& effects) const;

  const tidegate::pii::Restorer& restorer_;
  std::vector<Open> open_;
  llm::EventTexts event_;
  std::vector<Changed> changed_;
};

}  // namespace tidegate::processors::personal_data
