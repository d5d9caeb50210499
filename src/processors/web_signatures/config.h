// Configuration of WebSignatures.   Reference: docs/reference/web-signatures.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guard/rule.h"
#include "waf/engine.h"

namespace tidegate::processors::web_signatures {

enum class Action : std::uint8_t { kReport, kFlag, kBlock };

// What becomes of a request whose texts are longer than what is looked at.
enum class Oversize : std::uint8_t { kPartial, kReject };

struct Config {
  Action action = Action::kBlock;
  std::uint64_t threshold = 5;  // points
  std::string header = "x-tidegate-web-signatures";
  bool body = true;  // whether bodies are looked at
  Oversize oversize = Oversize::kPartial;
  waf::Settings settings;
  std::vector<tidegate::guard::Rule> rules;  // the user's own
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::web_signatures
