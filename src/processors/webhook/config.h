// Configuration of Webhook.   Reference: docs/reference/webhook.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "processors/text_view/selection.h"

namespace tidegate::processors::webhook {

struct Config {
  std::string path = "/";
  text_view::Selection selection;
  std::vector<std::string> headers;  // of the request, shown too; lower case
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::webhook
