// What tests of expressions share: an environment like a gateway's, and values for it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cel/collections.h"
#include "cel/program.h"

namespace tidegate::cel {

// Header fields as a host has them: names in lower case, found without copying.
class FieldMap final : public Map {
 public:
  explicit FieldMap(std::vector<std::pair<std::string, std::string>> fields)
      : fields_(std::move(fields)) {}
  std::size_t size() const override { return fields_.size(); }
  std::optional<Value> find(const Value& key, Arena&) const override {
    if (!key.is(Kind::kString)) return std::nullopt;
    for (const auto& [name, value] : fields_) {
      if (name == key.as_text()) return Value::string(value);
    }
    return std::nullopt;
  }
  Value key_at(std::size_t index, Arena&) const override {
    return Value::string(fields_[index].first);
  }
  Value value_at(std::size_t index, Arena&) const override {
    return Value::string(fields_[index].second);
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

class TextList final : public List {
 public:
  explicit TextList(std::vector<std::string> texts) : texts_(std::move(texts)) {}
  std::size_t size() const override { return texts_.size(); }
  Value at(std::size_t index, Arena&) const override { return Value::string(texts_[index]); }

 private:
  std::vector<std::string> texts_;
};

// The declared variables, in this order.
inline Environment make_environment() {
  Environment environment;
  environment.add_variable("model", parse_type("string"), 64);
  environment.add_variable("request.method", parse_type("string"), 16);
  environment.add_variable("request.path", parse_type("string"), 1024);
  environment.add_variable("request.headers", parse_type("map(string, string)"), 100);
  environment.add_variable("identity.groups", parse_type("list(string)"), 100);
  environment.add_variable("usage.input_tokens", parse_type("int"), 1);
  environment.add_variable("payload", parse_type("dyn"), 1000);
  environment.add_variable("later", parse_type("bool"), 1);
  return environment;
}

class Request final : public Activation {
 public:
  Value find(VariableId variable, Arena&) const override {
    reads.push_back(variable);
    switch (variable) {
      case 0:
        return Value::string(model);
      case 1:
        return Value::string("POST");
      case 2:
        return Value::string("/v1/chat/completions");
      case 3:
        return Value::map(&headers);
      case 4:
        return Value::list(&groups);
      case 5:
        return Value::integer(1200);
      case 6:
        return Value();
      default:
        return Value::unknown();
    }
  }

  std::string model = "gpt-4o";
  FieldMap headers{{{"content-type", "application/json"}, {"x-tenant", "acme"}}};
  TextList groups{{"staff", "research"}};
  mutable std::vector<VariableId> reads;
};

}  // namespace tidegate::cel
