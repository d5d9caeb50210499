// What quickstart tells a newcomer when it serves.
#pragma once

#include <string>

#include "app/quickstart/findings.h"
#include "io/address.h"

namespace tidegate::app {

struct Banner {
  const Findings& findings;
  const io::Address& listen;
  std::string directory;
  std::string admin;  // empty: none
};

// What was found, where the YAML is, and calls to try: curl, streaming, the Python and Node SDKs.
std::string format_banner(const Banner& banner);

}  // namespace tidegate::app
