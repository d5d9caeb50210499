// Runs the conformance cases that convert.py wrote.
//
//   cel_conformance CASES UNSUPPORTED
//
// UNSUPPORTED names the cases that are known not to pass, each with its reason ("name # reason").
// Fails when another case fails, when one of those passes, and when one of those does not exist.
// The last line is "N passed, N failed".
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cel/program.h"
#include "cel/zone_data.h"
#include "cel/zones.h"

namespace {

using namespace tidegate;
using namespace tidegate::cel;

struct Case {
  std::string name;
  std::vector<std::pair<std::string, std::string>> lines;

  std::optional<std::string_view> find(std::string_view key) const {
    const auto found = std::ranges::find(lines, key, &std::pair<std::string, std::string>::first);
    if (found == lines.end()) return std::nullopt;
    return found->second;
  }
  bool has(std::string_view key) const { return find(key).has_value(); }
};

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::pair<std::string, std::string> cut(std::string_view line, std::string_view at) {
  const auto found = line.find(at);
  if (found == std::string_view::npos) return {std::string(line), {}};
  return {std::string(line.substr(0, found)), std::string(line.substr(found + at.size()))};
}

struct Cases {
  std::string left_out;  // how many the converter did not write
  std::vector<Case> all;
};

Cases read_cases(const char* path) {
  Cases cases;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    auto [key, value] = cut(line, " ");
    if (key == "left_out") {
      cases.left_out = value;
    } else if (key == "case") {
      cases.all.push_back({unescape(value), {}});
    } else if (!key.empty()) {
      cases.all.back().lines.emplace_back(key, unescape(value));
    }
  }
  return cases;
}

// Name to reason.
std::map<std::string, std::string> read_unsupported(const char* path) {
  std::map<std::string, std::string> reasons;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') reasons.insert(cut(line, " # "));
  }
  return reasons;
}

std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

// As convert.py writes values.
std::string describe(const Value& value, Arena& arena) {
  switch (value.kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return value.as_bool() ? "bool:true" : "bool:false";
    case Kind::kInt:
      return fmt::format("int:{}", value.as_int());
    case Kind::kUint:
      return fmt::format("uint:{}", value.as_uint());
    case Kind::kDouble:
      if (std::isnan(value.as_double())) return "double:nan";
      return fmt::format("double:{:016x}", std::bit_cast<std::uint64_t>(value.as_double()));
    case Kind::kString:
      return "string:" + to_hex(value.as_text());
    case Kind::kBytes:
      return "bytes:" + to_hex(value.as_text());
    case Kind::kType:
      return "type:" + std::string(value.as_text());
    case Kind::kTimestamp:
      return fmt::format("timestamp:{},{}", value.as_time().seconds, value.as_time().nanos);
    case Kind::kDuration:
      return fmt::format("duration:{},{}", value.as_time().seconds, value.as_time().nanos);
    case Kind::kList: {
      std::string text = "[";
      for (std::size_t i = 0; i < value.as_list().size(); ++i) {
        if (i > 0) text += ',';
        text += describe(value.as_list().at(i, arena), arena);
      }
      return text + "]";
    }
    case Kind::kMap: {
      std::vector<std::string> entries;
      for (std::size_t i = 0; i < value.as_map().size(); ++i) {
        entries.push_back(describe(value.as_map().key_at(i, arena), arena) + "=" +
                          describe(value.as_map().value_at(i, arena), arena));
      }
      std::ranges::sort(entries);
      return fmt::format("{{{}}}", fmt::join(entries, ","));
    }
    default:
      return std::string(type_name(value));
  }
}

class Bindings final : public Activation {
 public:
  explicit Bindings(const std::vector<Value>& values) : values_(values) {}
  Value find(VariableId variable, Arena&) const override { return values_[variable]; }

 private:
  const std::vector<Value>& values_;
};

// The zones of this machine.
class SystemZones final : public Zones {
 public:
  std::optional<std::int64_t> find_offset(std::string_view name,
                                          std::int64_t utc_seconds) const override {
    if (name.contains("..")) return std::nullopt;
    std::ifstream file("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const auto zone = ZoneData::parse(bytes);
    if (!zone) return std::nullopt;
    return zone->find_offset(utc_seconds);
  }
};

// What is wrong with the case; empty when it passes.
class Runner {
 public:
  explicit Runner(const Case& test) : test_(test) {}

  std::string run() {
    declare();
    CompileOptions options;
    options.check_types = !test_.has("disable_check");
    options.blocks = test_.find("expr")->contains("cel.") ? BlockMacros::kOn : BlockMacros::kOff;
    const auto program = compile(*test_.find("expr"), environment_, options);
    if (!program) {
      return test_.has("error") ? std::string() : program.error().to_string();
    }
    if (const auto wanted = test_.find("type"); wanted && to_string(program->type()) != *wanted) {
      return fmt::format("type {}, not {}", to_string(program->type()), *wanted);
    }
    if (test_.has("check_only")) return {};
    return compare(program->evaluate(Bindings(values_), arena_, {}, &zones_));
  }

 private:
  void declare() {
    if (const auto container = test_.find("container")) {
      environment_.set_container(std::string(*container));
    }
    std::map<std::string, std::string> bound;
    for (const auto& [key, line] : test_.lines) {
      if (key == "bind") bound.insert(cut(line, " "));
    }
    for (const auto& [key, line] : test_.lines) {
      const auto [name, declared] = cut(line, " ");
      if (key == "variable") add_variable(name, parse_type(declared), bound);
      if (key == "function") environment_.add_function({name, declared});
    }
    for (const auto& [name, expression] : bound) {
      if (!environment_.find_variable(name)) add_variable(name, Type(), bound);
    }
  }

  void add_variable(const std::string& name, const Type& type,
                    const std::map<std::string, std::string>& bound) {
    environment_.add_variable(name, type);
    const auto found = bound.find(name);
    values_.push_back(found == bound.end() ? Value::error("no such variable")
                                           : bind(found->second));
  }

  // What the host binds is written as an expression.
  Value bind(const std::string& expression) {
    static const Environment empty;
    auto program = compile(expression, empty);
    if (!program) return Value::error("malformed binding");
    programs_.push_back(*std::move(program));
    const auto value = programs_.back().evaluate(Bindings(values_), arena_);
    return value ? *value : Value::error("malformed binding");
  }

  std::string compare(const std::expected<Value, EvaluationError>& value) {
    if (!value) {
      if (test_.has("error")) return {};
      return "error: " + std::string(value.error().message);
    }
    const std::string got = describe(*value, arena_);
    if (test_.has("error")) return got + ", not an error";
    if (const auto wanted = test_.find("value"); wanted && got != *wanted) {
      return fmt::format("{}, not {}", got, *wanted);
    }
    return {};
  }

  const Case& test_;
  SystemZones zones_;
  Environment environment_;
  Arena arena_;
  std::vector<Value> values_;
  std::vector<Program> programs_;  // of bindings, whose constants they keep
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: cel_conformance CASES UNSUPPORTED\n");
    return 2;
  }
  const Cases cases = read_cases(argv[1]);
  auto unsupported = read_unsupported(argv[2]);
  const std::size_t listed = unsupported.size();
  std::size_t passed = 0;
  std::size_t failed = 0;
  for (const auto& test : cases.all) {
    const std::string problem = Runner(test).run();
    if (const auto known = unsupported.find(test.name); known != unsupported.end()) {
      if (problem.empty()) {
        ++failed;
        fmt::print("failed: {}: passes, though it is listed as unsupported\n", test.name);
      }
      unsupported.erase(known);
    } else if (problem.empty()) {
      ++passed;
    } else {
      ++failed;
      fmt::print("failed: {}: {}\n  {}\n", test.name, *test.find("expr"), problem);
    }
  }
  for (const auto& [name, reason] : unsupported) {
    ++failed;
    fmt::print("failed: {}: is listed as unsupported, but there is no such case\n", name);
  }
  fmt::print("{} cases are listed as unsupported, {} are about messages and enums\n", listed,
             cases.left_out);
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
