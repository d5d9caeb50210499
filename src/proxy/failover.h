// A request to a group of backends: one member after another, until one answers or none is left.
//
// Every try is made from what the client sent, so each member may speak another dialect, rename the
// model and have credentials of its own. Nothing of an answer goes to the client before it is known
// that no other member shall be asked; afterwards the answer is final.   Thread: the worker's.
#pragma once

#include "async/task.h"
#include "proxy/flight.h"
#include "proxy/member_order.h"

namespace tidegate::proxy {

// Sends the request to members of `choice.backend` and relays the answer.
// Errors: what the last try failed with; kForbidden when no member is in the regions that the
// exchange is locked to; kUnavailable when all are ejected or at their limits; kNoBackend when no
// member takes such a request.
// REQUIRES: choice.backend->group is set.
async::Task<Result<void>> forward_to_group(Flight& flight, const config::WeightedBackend& choice);

// The first member where `regions` allow to send a copy; null: none.
std::shared_ptr<const config::Backend> member_for_copy(const config::Group& group,
                                                       const std::vector<std::string>* regions);

}  // namespace tidegate::proxy
