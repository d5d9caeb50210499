// What a reply wants changed, as effects of a turn, by Envoy's rules.   Thread: pure functions.
#pragma once

#include <string_view>

#include "pipeline/processor.h"
#include "processors/ext_proc/messages.h"

namespace tidegate::processors::ext_proc {

// The fields of the message that a phase is about, pseudo-fields first.
Fields request_fields(const http::RequestHead& head);
Fields response_fields(const http::ResponseHead& head, Arena& arena);

// Header mutations. Those of fields that a processor may not change (pseudo-fields, host, framing,
// x-envoy-*, what the gateway sets itself) are passed over; x-gateway-model-name is the model.
void apply_headers(const Reply& reply, pipeline::Turn& turn);
// The answer in place of what is under way; in a stream its end.
pipeline::Verdict apply_immediate(const Reply& reply, pipeline::Turn& turn);

}  // namespace tidegate::processors::ext_proc
