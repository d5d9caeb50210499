// spec.credentials of a Backend (resource/credentials.h has the shape).
#pragma once

#include "decode/field_reader.h"
#include "resource/backend.h"

namespace tidegate::decode {

// Exactly one source; everything that is wrong with it is reported.
void read_credentials(ObjectReader& credentials, resource::Backend& out);

}  // namespace tidegate::decode
