// Where connections get the TLS context of their backend from: the snapshot, which made it off the
// request path.
#pragma once

#include <memory>

#include "base/error.h"
#include "config/backend.h"

namespace tidegate::io {
class ClientTls;
}

namespace tidegate::upstream {

class TlsSource {
 public:
  virtual Result<std::shared_ptr<const io::ClientTls>> client_tls(
      const config::Backend& backend) const = 0;

 protected:
  ~TlsSource() = default;
};

}  // namespace tidegate::upstream
