// Last step of every exchange, whatever happened: metrics and the access log.
#pragma once

#include "proxy/flight.h"

namespace tidegate::proxy {

void finish(Flight& flight);

}  // namespace tidegate::proxy
