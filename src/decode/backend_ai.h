// Reader of Backend spec.ai.
#pragma once

#include "decode/field_reader.h"
#include "resource/backend_ai.h"

namespace tidegate::decode {

void read_backend_ai(const Node& node, resource::BackendAi& out);

}  // namespace tidegate::decode
