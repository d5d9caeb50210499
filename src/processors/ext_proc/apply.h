// What a reply wants changed, as effects of a turn, by Envoy's rules.   Thread: pure functions.
#pragma once

#include "pipeline/processor.h"
#include "processors/ext_proc/config.h"
#include "processors/ext_proc/messages.h"

namespace tidegate::processors::ext_proc {

// The fields of the message that a phase is about, pseudo-fields first.
Fields request_fields(const http::RequestHead& head, const ForwardRules& rules);
Fields response_fields(const http::ResponseHead& head, const ForwardRules& rules, Arena& arena);
Fields trailer_fields(const http::HeaderMap& trailers, const ForwardRules& rules);

// Header mutations. Those of fields that a processor may not change (method, scheme, host, framing,
// x-envoy-*, what the gateway sets itself) are passed over; x-gateway-model-name is the model.
// Errors: kMalformed: such a field, where the rules call it an error.
Result<void> apply_headers(const Reply& reply, const MutationRules& rules, pipeline::Turn& turn);
// The same of the message's trailers.
Result<void> apply_trailers(const Reply& reply, const MutationRules& rules, pipeline::Turn& turn);
// The answer in place of what is under way; in a stream its end.
pipeline::Verdict apply_immediate(const Reply& reply, pipeline::Turn& turn);

}  // namespace tidegate::processors::ext_proc
