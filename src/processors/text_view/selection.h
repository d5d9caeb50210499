// Which texts of an exchange somebody outside is shown, as users choose it.
#pragma once

#include <array>
#include <cstddef>

#include "decode/field_reader.h"
#include "llm/text/text.h"

namespace tidegate::processors::text_view {

struct Selection {
  // By Channel: whether its texts are shown.
  std::array<bool, llm::kChannels> channels = [] {
    std::array<bool, llm::kChannels> all{};
    all.fill(true);
    return all;
  }();
  // Of streams: how much of a text may pass before it is shown, and how much of what stands before
  // a piece is shown with it. In bytes.
  std::size_t every_bytes = 0;
  std::size_t context_bytes = 512;

  bool has(llm::Channel channel) const { return channels[static_cast<std::size_t>(channel)]; }
};

// Reads `channels` and `stream` of an object; what is absent stays as it is.
void read_selection(decode::ObjectReader& object, Selection& out);

}  // namespace tidegate::processors::text_view
