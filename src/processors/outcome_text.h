// What became of a payload, as tests of processors compare it.
#pragma once

#include <string>

#include "pipeline/scope_run.h"

namespace tidegate::processors {

// The payload, or "!STATUS code: message" of a refusal.
inline std::string text_of(const pipeline::Outcome& outcome, const std::string& payload) {
  if (outcome.kind != pipeline::Outcome::Kind::kReject) return payload;
  const pipeline::Refusal& refusal = outcome.refusal;
  return "!" + std::to_string(refusal.status) + " " + std::string(refusal.code) + ": " +
         std::string(refusal.message);
}

}  // namespace tidegate::processors
