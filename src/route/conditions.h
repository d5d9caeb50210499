// What a match asks of a request beyond its path and method: headers, query parameters, the model.
//
// A header match on "x-gateway-model-name" is about the model that the payload names; a field of
// that name sent by the client is never looked at. Thread: immutable; free to share.   Source:
// Gateway API v1.6.1, HTTPHeaderMatch and HTTPQueryParamMatch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/http_route.h"
#include "http/message.h"
#include "route/regex.h"

namespace tidegate::route {

// What is known about the payload's model when a route is looked for.
class ModelName {
 public:
  enum class State : std::uint8_t {
    kUnknown,  // the payload was not read yet
    kAbsent,   // it was read and names none (or there is no payload)
    kKnown,
  };
  static ModelName unknown() { return ModelName(State::kUnknown, {}); }
  static ModelName absent() { return ModelName(State::kAbsent, {}); }
  static ModelName known(std::string_view name) { return ModelName(State::kKnown, name); }

  State state() const { return state_; }
  std::string_view value() const { return value_; }

 private:
  ModelName(State state, std::string_view value) : state_(state), value_(value) {}
  State state_;
  std::string_view value_;
};

// One name with the value it must have.
struct ValueCondition {
  const config::ValueMatch* config = nullptr;
  http::HeaderId id = http::HeaderId::kOther;  // headers only
  std::optional<Regex> regex;                  // when config->kind is kRegex
};

class Conditions {
 public:
  // Compiles the header and query matches of `match`, which must outlive the result. Of several
  // matches on one name only the first counts. A bad regular expression is added to `problems` and
  // makes the whole match one that never holds.
  Conditions(const config::HttpMatch& match, std::vector<std::string>& problems);

  // Whether everything but the model holds. Header fields of one name count as one, joined by ",".
  // Query parameters: the first of a name counts, and it may equal the value as sent or
  // percent-decoded.
  bool hold_besides_model(const http::RequestHead& head) const;

  // The match on the model; null when there is none.
  const ValueCondition* model() const { return model_ ? &*model_ : nullptr; }
  bool model_holds(std::string_view name) const;

  // How many matches count for precedence, the model's included.
  std::uint32_t header_count() const {
    return static_cast<std::uint32_t>(headers_.size()) + (model_ ? 1U : 0U);
  }
  std::uint32_t query_count() const { return static_cast<std::uint32_t>(query_.size()); }
  // True when the two ask the same of everything but the model.
  bool same_besides_model(const Conditions& other) const;
  bool impossible() const { return impossible_; }

 private:
  void add(std::vector<ValueCondition>& list, const config::ValueMatch& match,
           std::vector<std::string>& problems);

  std::vector<ValueCondition> headers_;
  std::vector<ValueCondition> query_;
  std::optional<ValueCondition> model_;
  bool impossible_ = false;
};

}  // namespace tidegate::route
