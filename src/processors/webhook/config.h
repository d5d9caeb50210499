// Configuration of Webhook.   Reference: docs/reference/webhook.md.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "llm/text/text.h"

namespace tidegate::processors::webhook {

struct Config {
  std::string path = "/";
  // By Channel: whether its texts are shown.
  std::array<bool, llm::kChannels> channels = [] {
    std::array<bool, llm::kChannels> all{};
    all.fill(true);
    return all;
  }();
  std::vector<std::string> headers;  // of the request, shown too; lower case
  // Of streams: how much of a text may pass before it is shown, and how much of what stands before
  // a piece is shown with it. In bytes.
  std::size_t every_bytes = 0;
  std::size_t context_bytes = 512;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::webhook
