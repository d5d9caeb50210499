#include "pipeline/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <utility>

#include "base/ascii.h"
#include "http/chars.h"
#include "json/scan.h"

namespace tidegate::pipeline {
namespace {

using cel::Type;
using cel::TypeKind;
using cel::Value;
using cel::VariableId;

// What expressions may name, in the order of their ids.
enum class Name : VariableId {
  kRequestMethod,
  kRequestPath,
  kRequestHost,
  kRequestHeaders,
  kResponseStatus,
  kResponseHeaders,
  kModel,
  kStream,
  kDialect,
  kOperation,
  kSource,
  kPayload,
  kIdentity,
  kUsage,
  kCost,
  kTool,
  kRegion,
  kTime,
};

cel::Environment make_environment() {
  const Type text(TypeKind::kString);
  const Type texts = Type::map(text, text);
  const Type anything = Type::map(text, Type(TypeKind::kDyn));
  cel::Environment made;
  made.add_variable("request.method", text);
  made.add_variable("request.path", text);
  made.add_variable("request.host", text);
  made.add_variable("request.headers", texts);
  made.add_variable("response.status", Type(TypeKind::kInt));
  made.add_variable("response.headers", texts);
  made.add_variable("model", text);
  made.add_variable("stream", Type(TypeKind::kBool));
  made.add_variable("dialect", text);
  made.add_variable("operation", text);
  made.add_variable("source", text);
  made.add_variable("payload", text);
  made.add_variable("identity", anything);
  made.add_variable("usage", Type::map(text, Type(TypeKind::kInt)));
  made.add_variable("cost", Type(TypeKind::kDouble));
  made.add_variable("tool", text);
  made.add_variable("region", text);
  made.add_variable("time", Type(TypeKind::kTimestamp));
  return made;
}

// Tokens by the names that the access log has for them.
class UsageMap final : public cel::Map {
 public:
  explicit UsageMap(const llm::Usage* usage) {
    if (usage == nullptr) return;
    const TokenCount written = usage->cache_write_5m + usage->cache_write_1h;
    rows_ = {{{"input", usage->input()},
              {"cached_input", usage->cache_read},
              {"cache_write_input", written},
              {"output", usage->output},
              {"reasoning_output", usage->reasoning},
              {"total", usage->total()}}};
  }
  std::size_t size() const override { return rows_.size(); }
  std::optional<Value> find(const Value& key, Arena&) const override {
    if (!key.is(cel::Kind::kString)) return std::nullopt;
    const auto row = std::ranges::find(rows_, key.as_text(), &Row::name);
    if (row == rows_.end()) return std::nullopt;
    return count(*row);
  }
  Value key_at(std::size_t index, Arena&) const override {
    return Value::string(rows_[index].name);
  }
  Value value_at(std::size_t index, Arena&) const override { return count(rows_[index]); }

 private:
  struct Row {
    std::string_view name;
    TokenCount tokens;
  };
  static Value count(const Row& row) {
    return Value::integer(static_cast<std::int64_t>(row.tokens.value()));
  }
  std::array<Row, 6> rows_;
};

// The tool that a message of JSON-RPC calls; empty: it calls none.   Source: MCP, tools/call.
std::string_view find_called_tool(std::string_view payload, Arena& arena) {
  static constexpr json::Selection kMembers{"method", "params", "params.name"};
  std::array<json::Member, 3> members;
  if (!payload.starts_with('{') ||
      !json::scan_object(payload, kMembers, members, Origin::kDownstream)) {
    return {};
  }
  if (json::find_string(payload, members[0], arena) != "tools/call") return {};
  return json::find_string(payload, members[2], arena).value_or(std::string_view());
}

// Fields by name in lower case; of several with one name the first.
class FieldMap final : public cel::Map {
 public:
  explicit FieldMap(const http::HeaderMap* fields) : fields_(fields) {}
  std::size_t size() const override { return fields_ == nullptr ? 0 : fields_->size(); }
  std::optional<Value> find(const Value& key, Arena&) const override {
    if (fields_ == nullptr || !key.is(cel::Kind::kString)) return std::nullopt;
    const auto value = fields_->find(key.as_text());
    if (!value) return std::nullopt;
    return Value::string(*value);
  }
  Value key_at(std::size_t index, Arena& arena) const override {
    const std::string_view name = fields_->fields()[index].name;
    auto* lower = static_cast<char*>(arena.allocate(name.size(), 1));
    std::ranges::transform(name, lower, to_lower);
    return Value::string({lower, name.size()});
  }
  Value value_at(std::size_t index, Arena&) const override {
    return Value::string(fields_->fields()[index].value);
  }

 private:
  const http::HeaderMap* fields_;
};

class MessageActivation final : public cel::Activation {
 public:
  MessageActivation(const Message& message, const Clock& clock)
      : message_(message),
        clock_(clock),
        request_fields_(&message.request->fields),
        response_fields_(message.response != nullptr ? &message.response->fields : nullptr),
        usage_(message.usage) {}

  // A variable that was asked for and is not known in this phase; empty: none.
  std::string_view unknown() const { return unknown_; }

  Value find(VariableId variable, Arena& arena) const override {
    switch (static_cast<Name>(variable)) {
      case Name::kRequestMethod:
        return Value::string(message_.request->method);
      case Name::kRequestPath:
        return Value::string(message_.request->path());
      case Name::kRequestHost:
        return Value::string(message_.request->authority);
      case Name::kRequestHeaders:
        return Value::map(&request_fields_);
      case Name::kResponseStatus:
        return Value::integer(message_.response != nullptr ? message_.response->status : 0);
      case Name::kResponseHeaders:
        return Value::map(&response_fields_);
      case Name::kModel:
        return Value::string(message_.model);
      case Name::kStream:
        return Value::boolean(message_.stream);
      case Name::kDialect:
        return Value::string(message_.call ? llm::to_string(message_.call->dialect) : "");
      case Name::kOperation:
        return Value::string(message_.call ? llm::to_string(message_.call->operation) : "");
      case Name::kSource:
        return Value::string(message_.client_ip);
      case Name::kPayload:
        return Value::string(message_.payload);
      case Name::kIdentity:
        return not_known("identity");
      case Name::kUsage:
        return message_.usage != nullptr ? Value::map(&usage_) : not_known("usage");
      case Name::kCost:
        return message_.cost ? Value::number(static_cast<double>(message_.cost->value()) / 1e6)
                             : not_known("cost");
      case Name::kTool:
        // The payload is the request's where it was read for this phase.
        if (message_.response != nullptr || message_.payload.empty()) return not_known("tool");
        return Value::string(find_called_tool(message_.payload, arena));
      case Name::kRegion:
        return message_.region ? Value::string(*message_.region) : not_known("region");
      case Name::kTime:
        return now();
    }
    return Value::unknown();
  }

 private:
  Value not_known(std::string_view name) const {
    unknown_ = name;
    return Value::unknown();
  }
  Value now() const {
    const auto since = clock_.wall_now().time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    return Value::timestamp(
        {seconds.count(),
         static_cast<std::int32_t>(
             std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count())});
  }

  const Message& message_;
  const Clock& clock_;
  FieldMap request_fields_;
  FieldMap response_fields_;
  UsageMap usage_;
  mutable std::string_view unknown_;
};

bool uses(const cel::Program& program, std::initializer_list<Name> names) {
  return std::ranges::any_of(program.variables(), [&](VariableId variable) {
    return std::ranges::find(names, static_cast<Name>(variable)) != names.end();
  });
}

}  // namespace

bool Expression::uses_model() const { return uses(program, {Name::kModel, Name::kStream}); }
bool Expression::uses_payload() const {
  return uses(program, {Name::kPayload, Name::kTool, Name::kUsage, Name::kCost});
}

Result<std::shared_ptr<const Expression>> compile_expression(std::string_view text) {
  // Made once: an environment parses the signature of every function.
  static const cel::Environment kEnvironment = make_environment();
  auto program = cel::compile(text, kEnvironment);
  if (!program) {
    const cel::CompileError& error = program.error();
    return fail(
        ErrorCode::kInvalidConfig, Origin::kInternal,
        fmt::format("{}:{}: {}", error.position.line, error.position.column, error.message));
  }
  TIDEGATE_TRY(zones, NamedZones::load_for(text));
  return std::make_shared<const Expression>(std::move(*program), std::move(zones));
}

Result<cel::Value> evaluate(const Expression& expression, const Message& message,
                            const Clock& clock, Arena& arena) {
  const MessageActivation activation(message, clock);
  const auto value = expression.program.evaluate(activation, arena, {}, &expression.zones);
  if (!value) {
    return fail(ErrorCode::kMalformed, Origin::kInternal,
                expression.program.explain(value.error()));
  }
  if (value->is(cel::Kind::kUnknown)) {
    return fail(ErrorCode::kMalformed, Origin::kInternal,
                fmt::format("{} is not known in this phase", activation.unknown()));
  }
  return *value;
}

}  // namespace tidegate::pipeline
