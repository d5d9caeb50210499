// The status that stands for a request which the gateway refuses, whichever server of it does so.
#pragma once

#include <cstdint>

#include "base/error.h"

namespace tidegate::exchange {

// Of an error of the client's side; 499 when the client has gone, which is only logged. Others are
// 400.   Source: RFC 9110 15.5, RFC 6585 5.
std::uint16_t refusal_status(const Error& error);

}  // namespace tidegate::exchange
