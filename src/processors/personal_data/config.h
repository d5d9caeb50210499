// Configuration of PersonalData.   Reference: docs/reference/personal-data.md.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "pii/replace.h"

namespace tidegate::processors::personal_data {

struct Config {
  std::vector<std::string> detect;  // ids of rules; empty: all
  std::uint64_t threshold = tidegate::pii::kDefaultThreshold;
  // By Group.
  std::array<tidegate::pii::Action, tidegate::pii::kGroups> actions = [] {
    std::array<tidegate::pii::Action, tidegate::pii::kGroups> all{};
    all.fill(tidegate::pii::Action::kRedact);
    return all;
  }();
  Secret key;

  bool uses(tidegate::pii::Action action) const;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);
std::vector<std::string> check(std::string_view json);

}  // namespace tidegate::processors::personal_data
