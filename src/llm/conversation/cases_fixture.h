// For tests: the case files of src/llm/testdata/conversation.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::llm {

inline std::string read_case(const std::string& name) {
  std::ifstream file(TIDEGATE_SOURCE_DIR "/testdata/conversation/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

// Names of the files that begin and end so, in order.
inline std::vector<std::string> find_cases(std::string_view prefix, std::string_view suffix) {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(TIDEGATE_SOURCE_DIR "/testdata/conversation")) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(suffix)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace tidegate::llm
