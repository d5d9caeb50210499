// Configuration of PersonalData.   Reference: docs/reference/personal-data.md.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "config/pipeline.h"
#include "pii/replace.h"

namespace tidegate::processors::personal_data {

using Actions = std::array<tidegate::pii::Action, tidegate::pii::kGroups>;  // by Group

constexpr Actions all_groups(tidegate::pii::Action action) {
  Actions all{};
  all.fill(action);
  return all;
}

struct Config {
  std::vector<std::string> detect;  // ids of rules; empty: all
  std::uint64_t threshold = tidegate::pii::kDefaultThreshold;
  Actions actions = all_groups(tidegate::pii::Action::kRedact);
  // Of what the model says. Never kPlaceholder.
  Actions replies = all_groups(tidegate::pii::Action::kReport);
  // How long a part of a streamed reply may be held back; 0: as long as it may become something.
  std::chrono::milliseconds max_held_time{0};
  config::SecretReference secret_ref;  // without a name: none
  Secret key;                          // its value, once it is known

  bool uses(tidegate::pii::Action action) const;
  // Whether what the model says is looked at.
  bool filters_replies() const;
  // What takes the place of a finding, for actions that need nothing but the value.
  std::string replacement(tidegate::pii::Action action, const tidegate::pii::Finding& finding,
                          std::string_view value) const;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);
// The Secret that it refers to.
std::vector<config::SecretReference> list_secrets(std::string_view json);

}  // namespace tidegate::processors::personal_data
