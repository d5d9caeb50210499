// What is shown of one phase, and where a text that it masks is put.
// Thread: one owner; views as those of the turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "llm/text/text.h"
#include "pipeline/processor.h"
#include "processors/text_view/selection.h"

namespace tidegate::processors::text_view {

// Its place in the list is its id.
struct ShownText {
  std::string_view channel;
  std::uint32_t message = llm::Text::kNoMessage;
  std::string_view text;
  std::string_view before;  // what the same text of a stream said before; empty: nothing
};

struct Masked {
  std::size_t id = 0;
  std::string_view text;
};

class Shown {
 public:
  // Of a model call's texts, those of the channels that are asked for.
  void add(const llm::Text& text, const Selection& selection, std::string_view before = {});
  // A payload that is no model call's: it is one text.
  void add_payload(std::string_view payload);
  // Texts that went out unseen and cannot be masked any more.
  void add_past(std::string_view channel, std::string_view before);

  bool empty() const { return texts_.empty(); }
  const std::vector<ShownText>& texts() const { return texts_; }
  // Puts masked texts into their places.
  // Errors: kMalformed: one has no place any more.
  Result<void> apply(const std::vector<Masked>& masks, pipeline::Turn& turn) const;

 private:
  struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool in_json = true;  // a string with its quotes
  };
  std::vector<ShownText> texts_;
  std::vector<std::optional<Place>> places_;
};

}  // namespace tidegate::processors::text_view
