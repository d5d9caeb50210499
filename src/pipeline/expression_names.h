// What expressions of pipelines may name, and its values for one message: one environment for
// conditions, header fields and variables of templates.
//
// Who calls is nobody until there is access control: the subject is empty, and there are no groups
// and no claims.   Thread: the environment is immutable; an activation has one owner.
// Reference: docs/reference/payload-pipeline.md, "Expressions".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "cel/activation.h"
#include "cel/environment.h"
#include "pipeline/processor.h"

namespace tidegate::pipeline {

// In the order of their ids.
enum class Name : cel::VariableId {
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
  kIdentitySubject,
  kIdentityGroups,
  kIdentityClaims,
  kUsage,
  kCost,
  kTool,
  kRegion,
  kTime,
};

// Made once: an environment parses the signature of every function.
const cel::Environment& expression_environment();

// Tokens by the names that the access log has for them.
class UsageMap final : public cel::Map {
 public:
  explicit UsageMap(const llm::Usage* usage);
  std::size_t size() const override { return rows_.size(); }
  std::optional<cel::Value> find(const cel::Value& key, Arena&) const override;
  cel::Value key_at(std::size_t index, Arena&) const override;
  cel::Value value_at(std::size_t index, Arena&) const override;

 private:
  struct Row {
    std::string_view name;
    TokenCount tokens;
  };
  static cel::Value count(const Row& row);
  std::array<Row, 6> rows_;
};

// Fields by name in lower case; of several with one name the first.
class FieldMap final : public cel::Map {
 public:
  explicit FieldMap(const http::HeaderMap* fields) : fields_(fields) {}
  std::size_t size() const override { return fields_ == nullptr ? 0 : fields_->size(); }
  std::optional<cel::Value> find(const cel::Value& key, Arena&) const override;
  cel::Value key_at(std::size_t index, Arena& arena) const override;
  cel::Value value_at(std::size_t index, Arena&) const override;

 private:
  const http::HeaderMap* fields_;
};

// `message` and `clock` outlive it.
class MessageActivation final : public cel::Activation {
 public:
  MessageActivation(const Message& message, const Clock& clock);

  // A variable that was asked for and is not known in this phase; empty: none.
  std::string_view unknown() const { return unknown_; }
  cel::Value find(cel::VariableId variable, Arena& arena) const override;

 private:
  cel::Value not_known(std::string_view name) const;
  cel::Value now() const;

  const Message& message_;
  const Clock& clock_;
  FieldMap request_fields_;
  FieldMap response_fields_;
  UsageMap usage_;
  mutable std::string_view unknown_;
};

}  // namespace tidegate::pipeline
