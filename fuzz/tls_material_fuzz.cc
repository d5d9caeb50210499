// PEM text of certificates, keys and trust anchors, as Secrets carry it: usable or refused with
// words, and nothing is leaked. The first byte says where the key begins.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "io/tls_context.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t cut = text.size() * data[0] / 255;

  config::Certificate certificate;
  certificate.chain_pem = text.substr(0, cut);
  certificate.key_pem = Secret(std::string(text.substr(cut)));
  auto listener = std::make_shared<config::ListenerTls>();
  listener->certificates = {certificate};
  listener->client_certificates = config::ClientCertificates::kRequire;
  listener->client_ca_pem = text;
  io::HostTls host;
  host.tls = std::move(listener);
  const auto server = io::ServerTls::make({host});
  if (!server) TIDEGATE_CHECK(!server.error().detail.empty());

  config::UpstreamTls upstream;
  upstream.ca_pem = text;
  upstream.client_certificate = {certificate};
  const auto client = io::ClientTls::make(upstream, io::Alpn::kHttp2);
  if (!client) TIDEGATE_CHECK(!client.error().detail.empty());
  return 0;
}
