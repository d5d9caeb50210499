// The only place that turns an Error into what a client sees, in the dialect the client speaks.
#pragma once

#include <cstdint>
#include <string>

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// The status that stands for an error. 499 when the client has gone: it is only logged.
std::uint16_t status_of(const Error& error);

// Text about an error that a client may see: never the detail of an internal one, never an address.
std::string client_message(const Error& error);

// Ends the exchange with flight.error: as a response while none was committed; as an error event in
// a model stream; by cutting the response otherwise. Sets status and termination of the flight.
async::Task<void> answer_error(Flight& flight);

}  // namespace tidegate::proxy
