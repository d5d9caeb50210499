#include "llm/request_splice.h"

#include <string>

#include "json/text.h"

namespace tidegate::llm {
namespace {

constexpr std::string_view kOptions = R"({"include_usage":true})";
constexpr std::string_view kOptionsMember = R"("stream_options":{"include_usage":true})";
constexpr std::string_view kUsageMember = R"("include_usage":true)";

}  // namespace

bool must_ask_for_usage(const RequestFacts& facts) {
  const bool has_option = facts.call.operation == Operation::kChatCompletions ||
                          facts.call.operation == Operation::kCompletions;
  return has_option && facts.stream && facts.include_usage != IncludeUsage::kAsked;
}

void ask_for_usage(json::Edit& edit, std::string_view body, const RequestFacts& facts,
                   Arena& arena) {
  const auto& options = facts.stream_options_member;
  if (!options.present()) {
    json::append_member(edit, body, facts.object, kOptionsMember, arena);
  } else if (options.kind != json::Kind::kObject) {
    edit.replace(options.value, kOptions);
  } else if (facts.include_usage_member.present()) {
    edit.replace(facts.include_usage_member.value, "true");
  } else {
    json::append_member(edit, body, options.value, kUsageMember, arena);
  }
}

void rename_model(json::Edit& edit, const RequestFacts& facts, std::string_view upstream_name,
                  Arena& arena) {
  std::string quoted = "\"";
  json::append_escaped(quoted, upstream_name);
  quoted += '"';
  edit.replace(facts.model_member.value, arena.copy(quoted));
}

void fit_for_cloud(json::Edit& edit, std::string_view body, const RequestFacts& facts,
                   std::string_view anthropic_version, StreamMember stream,
                   std::span<const std::string_view> betas, Arena& arena) {
  std::string members = "\"anthropic_version\":\"";
  members += anthropic_version;
  members += '"';
  for (std::size_t i = 0; i < betas.size(); ++i) {
    members += i == 0 ? ",\"anthropic_beta\":[\"" : ",\"";
    json::append_escaped(members, betas[i]);
    members += '"';
  }
  if (!betas.empty()) members += ']';
  const json::Range model{facts.model_member.name.begin, facts.model_member.value.end};
  edit.replace(model, arena.copy(members));
  if (stream == StreamMember::kRemove && facts.stream_member.present()) {
    json::remove_member(edit, body, facts.stream_member);
  }
}

}  // namespace tidegate::llm
