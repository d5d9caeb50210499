#include "processors/ext_proc/apply.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/header_edits.h"

namespace tidegate::processors::ext_proc {
namespace {

using pipeline::HeaderEdit;
using pipeline::Phase;
using Kind = HeaderChange::Kind;

constexpr std::string_view kModelField = "x-gateway-model-name";
constexpr std::string_view kPathField = ":path";
constexpr std::string_view kStatusField = ":status";

bool is_request(Phase phase) {
  return phase == Phase::kRequestHeaders || phase == Phase::kRequestBody;
}

// The fields that the phase may edit, as they are.
const http::HeaderMap& fields_of(const pipeline::Turn& turn) {
  return is_request(turn.phase) ? turn.message.request->fields : turn.message.response->fields;
}

bool may_change(const HeaderChange& change, const MutationRules& rules) {
  if (rules.disallow_all) return false;
  if (change.name.starts_with("x-envoy-") && !rules.allow_envoy) return false;
  return pipeline::is_editable({HeaderEdit::Kind::kSet, change.name, change.value});
}

// The two pseudo-fields that Envoy lets processors change. False: it is none of them, or may not be
// changed here.
bool apply_pseudo(const HeaderChange& change, const MutationRules& rules, pipeline::Turn& turn) {
  if (rules.disallow_all || rules.disallow_system || change.kind == Kind::kRemove) return false;
  if (change.name == kPathField && is_request(turn.phase)) {
    turn.effects.target = turn.arena.copy(change.value);
    return true;
  }
  const std::string& code = change.value;
  const bool is_code = code.size() == 3 && code[0] >= '2' && code[0] <= '5' &&
                       code.find_first_not_of("0123456789") == std::string::npos;
  if (change.name != kStatusField || turn.phase != Phase::kResponseHeaders || !is_code)
    return false;
  turn.effects.status = static_cast<std::uint16_t>(std::stoi(code));
  return true;
}

// Nothing where the field's being there, or not, forbids it.
void add_edit(const HeaderChange& change, const http::HeaderMap& now, pipeline::Turn& turn,
              std::vector<HeaderEdit>& to) {
  const std::string_view name = turn.arena.copy(change.name);
  const std::string_view value = turn.arena.copy(change.value);
  const bool exists = now.find(name).has_value();
  switch (change.kind) {
    case Kind::kAppend:
      to.push_back({HeaderEdit::Kind::kAdd, name, value});
      return;
    case Kind::kAddIfAbsent:
      if (!exists) to.push_back({HeaderEdit::Kind::kAdd, name, value});
      return;
    case Kind::kOverwrite:
      to.push_back({HeaderEdit::Kind::kSet, name, value});
      return;
    case Kind::kOverwriteIfExists:
      if (exists) to.push_back({HeaderEdit::Kind::kSet, name, value});
      return;
    case Kind::kRemove:
      to.push_back({HeaderEdit::Kind::kRemove, name, {}});
      return;
  }
}

Result<void> refuse(const HeaderChange& change, const MutationRules& rules) {
  if (!rules.disallow_is_error) return {};
  return fail(ErrorCode::kMalformed, Origin::kUpstream,
              "a change of \"" + change.name.substr(0, 64) + "\", which may not be");
}

void add_fields(const http::HeaderMap& from, const ForwardRules& rules, Fields& to) {
  for (const http::Field& field : from.fields()) {
    if (rules.allow(field.name)) to.emplace_back(field.name, field.value);
  }
}

}  // namespace

Fields request_fields(const http::RequestHead& head, const ForwardRules& rules) {
  Fields fields = {{":method", head.method},
                   {":scheme", head.scheme},
                   {":authority", head.authority},
                   {":path", head.target}};
  for (const http::Field& field : head.fields.fields()) {
    if (field.id == http::HeaderId::kHost || !rules.allow(field.name)) continue;
    fields.emplace_back(field.name, field.value);
  }
  return fields;
}

Fields response_fields(const http::ResponseHead& head, const ForwardRules& rules, Arena& arena) {
  Fields fields = {{":status", arena.copy(std::to_string(head.status))}};
  add_fields(head.fields, rules, fields);
  return fields;
}

Fields trailer_fields(const http::HeaderMap& trailers, const ForwardRules& rules) {
  Fields fields;
  add_fields(trailers, rules, fields);
  return fields;
}

Result<void> apply_headers(const Reply& reply, const MutationRules& rules, pipeline::Turn& turn) {
  for (const HeaderChange& change : reply.headers) {
    const bool is_model = change.name == kModelField && is_request(turn.phase) &&
                          turn.message.call && change.kind != Kind::kRemove && !rules.disallow_all;
    if (is_model) {
      turn.effects.model = turn.arena.copy(change.value);
    } else if (may_change(change, rules)) {
      add_edit(change, fields_of(turn), turn, turn.effects.headers);
    } else if (!apply_pseudo(change, rules, turn)) {
      TIDEGATE_TRY_VOID(refuse(change, rules));
    }
  }
  return {};
}

Result<void> apply_trailers(const Reply& reply, const MutationRules& rules, pipeline::Turn& turn) {
  if (turn.message.trailers == nullptr) return {};
  for (const HeaderChange& change : reply.headers) {
    if (may_change(change, rules)) {
      add_edit(change, *turn.message.trailers, turn, turn.effects.trailers);
    } else {
      TIDEGATE_TRY_VOID(refuse(change, rules));
    }
  }
  return {};
}

pipeline::Verdict apply_immediate(const Reply& reply, pipeline::Turn& turn) {
  const std::string_view text = turn.arena.copy(reply.body.value_or(""));
  if (turn.phase == Phase::kStreamChunk) {
    const bool is_error = reply.status >= 400;
    turn.effects.refusal = {is_error ? reply.status : std::uint16_t{403}, "external_processor",
                            text};
    return pipeline::Verdict::kReject;
  }
  using Field = std::pair<std::string_view, std::string_view>;
  std::vector<Field> fields;
  pipeline::Reply& answer = turn.effects.reply;
  answer.status = reply.status;
  answer.text = text;
  answer.content_type = "text/plain";
  for (const HeaderChange& change : reply.headers) {
    if (change.kind == Kind::kRemove || !may_change(change, {.allow_envoy = true})) continue;
    if (change.name == "content-type") {
      answer.content_type = turn.arena.copy(change.value);
    } else {
      fields.emplace_back(turn.arena.copy(change.name), turn.arena.copy(change.value));
    }
  }
  // A caller of gRPC looks for its status, not for HTTP's.
  const auto asked = turn.message.request->fields.find(http::HeaderId::kContentType).value_or("");
  if (reply.grpc_status && asked.starts_with("application/grpc")) {
    answer.status = 200;
    answer.content_type = "application/grpc";
    answer.text = {};
    fields.emplace_back("grpc-status", turn.arena.copy(std::to_string(*reply.grpc_status)));
    if (pipeline::is_editable({HeaderEdit::Kind::kSet, "grpc-message", text})) {
      fields.emplace_back("grpc-message", text);
    }
  }
  Field* kept = turn.arena.allocate_array<Field>(fields.size());
  std::ranges::copy(fields, kept);
  answer.fields = {kept, fields.size()};
  return pipeline::Verdict::kAnswer;
}

}  // namespace tidegate::processors::ext_proc
