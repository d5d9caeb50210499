// Exit codes that scripts can rely on; `tidegate --help` tells them.
#pragma once

namespace tidegate::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;       // it could not run; explain: nothing answers
inline constexpr int kExitUsage = 2;         // the command line is wrong
inline constexpr int kExitBadResources = 3;  // resources were read and are wrong

}  // namespace tidegate::app
