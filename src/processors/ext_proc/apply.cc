#include "processors/ext_proc/apply.h"

#include <string>

#include "pipeline/header_edits.h"

namespace tidegate::processors::ext_proc {
namespace {

using pipeline::Phase;

constexpr std::string_view kModelField = "x-gateway-model-name";

bool is_request(Phase phase) {
  return phase == Phase::kRequestHeaders || phase == Phase::kRequestBody;
}

// The fields that the phase may edit, as they are.
const http::HeaderMap& fields_of(const pipeline::Turn& turn) {
  return is_request(turn.phase) ? turn.message.request->fields : turn.message.response->fields;
}

void apply_change(const HeaderChange& change, pipeline::Turn& turn) {
  const std::string_view name = turn.arena.copy(change.name);
  const std::string_view value = turn.arena.copy(change.value);
  if (!pipeline::is_editable({pipeline::HeaderEdit::Kind::kSet, name, value})) return;
  if (name.starts_with("x-envoy-")) return;
  const bool exists = fields_of(turn).find(name).has_value();
  switch (change.kind) {
    case HeaderChange::Kind::kAppend:
      return turn.effects.add_header(name, value);
    case HeaderChange::Kind::kAddIfAbsent:
      if (!exists) turn.effects.add_header(name, value);
      return;
    case HeaderChange::Kind::kOverwrite:
      return turn.effects.set_header(name, value);
    case HeaderChange::Kind::kOverwriteIfExists:
      if (exists) turn.effects.set_header(name, value);
      return;
    case HeaderChange::Kind::kRemove:
      return turn.effects.remove_header(name);
  }
}

}  // namespace

Fields request_fields(const http::RequestHead& head) {
  Fields fields = {{":method", head.method},
                   {":scheme", head.scheme},
                   {":authority", head.authority},
                   {":path", head.target}};
  for (const http::Field& field : head.fields.fields()) {
    if (field.id != http::HeaderId::kHost) fields.emplace_back(field.name, field.value);
  }
  return fields;
}

Fields response_fields(const http::ResponseHead& head, Arena& arena) {
  Fields fields = {{":status", arena.copy(std::to_string(head.status))}};
  for (const http::Field& field : head.fields.fields()) {
    fields.emplace_back(field.name, field.value);
  }
  return fields;
}

void apply_headers(const Reply& reply, pipeline::Turn& turn) {
  for (const HeaderChange& change : reply.headers) {
    const bool is_model = change.name == kModelField && is_request(turn.phase);
    if (is_model && turn.message.call && change.kind != HeaderChange::Kind::kRemove) {
      turn.effects.model = turn.arena.copy(change.value);
    } else {
      apply_change(change, turn);
    }
  }
}

pipeline::Verdict apply_immediate(const Reply& reply, pipeline::Turn& turn) {
  if (turn.phase == Phase::kStreamChunk) {
    const bool is_error = reply.status >= 400;
    turn.effects.refusal = {is_error ? reply.status : std::uint16_t{403}, "external_processor",
                            turn.arena.copy(reply.body.value_or(""))};
    return pipeline::Verdict::kReject;
  }
  pipeline::Reply& answer = turn.effects.reply;
  answer.status = reply.status;
  answer.text = turn.arena.copy(reply.body.value_or(""));
  answer.content_type = "text/plain";
  for (const HeaderChange& change : reply.headers) {
    if (change.name == "content-type" && pipeline::is_editable({{}, "x", change.value})) {
      answer.content_type = turn.arena.copy(change.value);
    }
  }
  return pipeline::Verdict::kAnswer;
}

}  // namespace tidegate::processors::ext_proc
