// A Redis in memory, for tests: GET and SET with PX, as a store of pipeline::ScriptedCaller.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tidegate::processors::response_cache {

struct FakeRedis {
  // Answers the commands in `said`, or fails.
  Result<std::string> answer(std::string_view said) {
    if (broken) return fail(ErrorCode::kUnavailable, Origin::kUpstream, "broken");
    std::string out;
    while (!said.empty()) out += run(take_command(said));
    return out;
  }

  static std::vector<std::string> take_command(std::string_view& said) {
    std::vector<std::string> words(take_number(said, '*'));
    for (std::string& word : words) {
      const std::size_t size = take_number(said, '$');
      word = said.substr(0, size);
      said.remove_prefix(size + 2);
    }
    return words;
  }
  static std::size_t take_number(std::string_view& said, char mark) {
    EXPECT_EQ(said.front(), mark);
    const std::size_t end = said.find("\r\n");
    const std::string digits(said.substr(1, end - 1));
    said.remove_prefix(end + 2);
    return std::strtoul(digits.c_str(), nullptr, 10);
  }
  std::string run(const std::vector<std::string>& words) {
    if (words[0] == "GET") {
      ++reads;
      const auto found = values.find(words[1]);
      if (!error.empty()) return "-" + error + "\r\n";
      if (found == values.end()) return "$-1\r\n";
      return "$" + std::to_string(found->second.size()) + "\r\n" + found->second + "\r\n";
    }
    EXPECT_EQ(words.size(), 5U);
    EXPECT_EQ(words[0] + words[3], "SETPX");
    if (!error.empty()) return "-" + error + "\r\n";
    values[words[1]] = words[2];
    lives[words[1]] = words[4];
    return "+OK\r\n";
  }

  std::map<std::string, std::string> values;
  std::map<std::string, std::string> lives;  // milliseconds
  int reads = 0;
  std::string error;    // that it answers everything with
  bool broken = false;  // cannot be reached
};

}  // namespace tidegate::processors::response_cache
