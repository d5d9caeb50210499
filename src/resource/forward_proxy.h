// Backend spec.proxy: a proxy on the way out.
//
//   proxy:
//     type: HttpConnect
//     host: proxy.corp.example
//     port: 3128
//     credentialsRef: {name: proxy}     Secret of type kubernetes.io/basic-auth: username, password
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "resource/references.h"

namespace tidegate::resource {

struct BackendProxy {
  std::string host;  // a name or an IP literal
  std::uint16_t port = 0;
  std::optional<SecretObjectReference> credentials_ref;
};

}  // namespace tidegate::resource
