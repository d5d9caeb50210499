// Command line of the form `--name value ...`: enough for a tool that only scripts call.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace tidegate::bench {

// Every lookup marks its name as known; `reject_unknown` then ends the process if another name was
// given.
class Arguments {
 public:
  // Ends the process on a name without `--` or without a value.
  explicit Arguments(std::span<char*> words);

  std::string text(std::string_view name, std::string_view otherwise);
  std::int64_t number(std::string_view name, std::int64_t otherwise);
  double real(std::string_view name, double otherwise);

  void reject_unknown() const;

 private:
  struct Value {
    std::string text;
    enum class Use { kUnknown, kAsked } use = Use::kUnknown;
  };
  const std::string* find(std::string_view name);

  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace tidegate::bench
