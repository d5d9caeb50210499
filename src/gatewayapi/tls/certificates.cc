#include "gatewayapi/tls/certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <utility>

namespace tidegate::gatewayapi {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;

std::unexpected<Error> invalid(std::string detail) {
  ERR_clear_error();
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal, std::move(detail));
}

BioPtr make_reader(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key that needs a passphrase is refused rather than asked for on the terminal.
int refuse_passphrase(char*, int, int, void*) { return -1; }

X509Ptr read_certificate(BIO* reader) {
  return X509Ptr(PEM_read_bio_X509(reader, nullptr, refuse_passphrase, nullptr));
}

// Whether reading stopped because the text had no more PEM blocks, not because of a broken one.
bool ended_cleanly() {
  const unsigned long last = ERR_peek_last_error();
  const bool clean =
      ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return clean;
}

std::string lower_text(const unsigned char* data, int size) {
  std::string text(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::vector<std::string> dns_names(const X509* certificate) {
  std::vector<std::string> names;
  const NamesPtr alternatives(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = alternatives ? sk_GENERAL_NAME_num(alternatives.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type != GEN_DNS) continue;
    names.push_back(
        lower_text(ASN1_STRING_get0_data(name->d.dNSName), ASN1_STRING_length(name->d.dNSName)));
  }
  if (!names.empty()) return names;
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return names;
  const ASN1_STRING* common = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  names.push_back(lower_text(ASN1_STRING_get0_data(common), ASN1_STRING_length(common)));
  return names;
}

}  // namespace

Result<config::Certificate> parse_certificate(std::string_view chain_pem,
                                              std::string_view key_pem) {
  const BioPtr chain = make_reader(chain_pem);
  const X509Ptr leaf = read_certificate(chain.get());
  if (!leaf) return invalid("tls.crt holds no readable PEM certificate");
  while (read_certificate(chain.get())) {
  }
  if (!ended_cleanly()) return invalid("tls.crt holds an unreadable certificate after the first");

  const BioPtr key_reader = make_reader(key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(key_reader.get(), nullptr, refuse_passphrase, nullptr));
  if (!key) return invalid("tls.key holds no readable PEM private key");
  if (X509_check_private_key(leaf.get(), key.get()) != 1) {
    return invalid("tls.key does not belong to the certificate in tls.crt");
  }
  config::Certificate certificate;
  certificate.chain_pem = std::string(chain_pem);
  certificate.key_pem = Secret(std::string(key_pem));
  certificate.names = dns_names(leaf.get());
  return certificate;
}

Result<void> check_private_key(std::string_view pem) {
  const BioPtr reader = make_reader(pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(reader.get(), nullptr, refuse_passphrase, nullptr));
  if (!key) return invalid("no readable PEM private key");
  return {};
}

Result<void> check_ca_bundle(std::string_view pem) {
  const BioPtr reader = make_reader(pem);
  int count = 0;
  while (read_certificate(reader.get())) ++count;
  const bool clean = ended_cleanly();
  if (count == 0) return invalid("ca.crt holds no readable PEM certificate");
  if (!clean) return invalid("ca.crt holds an unreadable certificate");
  return {};
}

Result<void> check_revocation_lists(std::string_view pem) {
  const BioPtr reader = make_reader(pem);
  int count = 0;
  while (X509_CRL* list =
             PEM_read_bio_X509_CRL(reader.get(), nullptr, refuse_passphrase, nullptr)) {
    X509_CRL_free(list);
    ++count;
  }
  const bool clean = ended_cleanly();
  if (count == 0) return invalid("ca.crl holds no readable PEM revocation list");
  if (!clean) return invalid("ca.crl holds an unreadable revocation list");
  return {};
}

}  // namespace tidegate::gatewayapi
