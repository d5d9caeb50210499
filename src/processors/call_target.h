// What processors ask a Backend for: a path with its query, as users write it.
#pragma once

#include <algorithm>
#include <string_view>

#include "decode/scalars.h"

namespace tidegate::processors {

inline bool is_call_target(std::string_view path) {
  return path.starts_with('/') && std::ranges::all_of(path, [](char c) {
           return c > ' ' && c <= '~' && c != '#' && c != '"' && c != '<' && c != '>';
         });
}

inline constexpr decode::Text kCallTarget{
    .min = 1,
    .max = 1024,
    .valid = is_call_target,
    .must = "begin with / and have no blanks, quotes or fragment"};

}  // namespace tidegate::processors
