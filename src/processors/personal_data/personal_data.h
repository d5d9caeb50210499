// PersonalData: personal data and secrets taken out of requests, and put back into replies where
// the model got placeholders for them.
//
// Works on the texts of a call in any dialect (llm/text), in every channel: what the user says,
// what tools answer, what documents hold. Edits are splices of the values alone. Thread: a factory
// is shared; one processor per exchange, which alone knows the values. Source:
// docs/reference/personal-data.md.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::personal_data {

// The row of the catalog.
pipeline::BuiltinProcessor personal_data();

}  // namespace tidegate::processors::personal_data
