// Last step of every exchange, whatever happened: metrics and the access log.
#pragma once

#include <optional>

#include "proxy/flight.h"

namespace tidegate::proxy {

void finish(Flight& flight);

// What the exchange costs as far as it is known, with the tries whose answers the client did not
// get; absent: no usage was told, or the model has no price.
std::optional<MicroUsd> cost_of(const Flight& flight);

}  // namespace tidegate::proxy
