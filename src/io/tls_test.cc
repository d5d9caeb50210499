#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "io/inbound.h"
#include "io/tls_context.h"
#include "support/certificates.h"
#include "support/pollers.h"

namespace tidegate::io {
namespace {

using async::Task;
using config::ClientCertificates;
using testing::Authority;
using testing::KeyType;
using testing::LeafOptions;
using testing::Loop;
using SanKind = config::SubjectAltName::Kind;

class Tls : public testing::EachPoller {
 protected:
  static HostTls host(std::string hostname, std::vector<config::Certificate> certificates,
                      Alpn alpn = Alpn::kNone) {
    config::ListenerTls tls;
    tls.certificates = std::move(certificates);
    return {std::move(hostname), std::make_shared<config::ListenerTls>(std::move(tls)), alpn};
  }
  static HostTls with_client_rule(HostTls from, ClientCertificates rule, const Authority& ca) {
    auto tls = *from.tls;
    tls.client_certificates = rule;
    tls.client_ca_pem = ca.pem();
    from.tls = std::make_shared<config::ListenerTls>(std::move(tls));
    return from;
  }
  config::UpstreamTls trusting(std::string name) const {
    config::UpstreamTls tls;
    tls.sni = std::move(name);
    tls.ca_pem = ca.pem();
    return tls;
  }
  config::Certificate leaf(const std::string& name, KeyType type = KeyType::kEcdsa) const {
    LeafOptions options;
    options.dns_names = {name};
    options.key_type = type;
    return ca.issue(options);
  }

  Authority ca{"test CA"};
};

// A client and a server that shake hands over a socket pair.
class Meeting {
 public:
  Meeting(Loop& loop, ssl_st* client_session, ssl_st* server_session) : loop_(loop) {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    client = std::make_unique<Socket>(loop.reactor, fds[0], Origin::kUpstream);
    server = std::make_unique<Socket>(loop.reactor, fds[1], Origin::kDownstream);
    EXPECT_TRUE(client->watch());
    EXPECT_TRUE(server->watch());
    client->set_tls(client_session);
    server->set_tls(server_session);
    loop.group.spawn(shake(*client, client_result, loop.reactor));
    loop.group.spawn(shake(*server, server_result, loop.reactor));
    loop.run_until_idle();
  }

  static Task<void> shake(Socket& socket, Result<void>& out, async::Reactor& reactor) {
    out = co_await socket.handshake(reactor.timeouts(std::chrono::seconds(5)));
    if (!out) socket.close();
  }
  static Task<void> send_text(Socket& socket, std::string text, Result<void>& out) {
    const Parts parts(std::string_view(text).substr(0, 100),
                      std::string_view(text).substr(std::min<std::size_t>(100, text.size())));
    out = co_await socket.write(parts, nullptr);
    socket.shutdown_write();
  }
  static Task<void> read_text(Inbound& in, std::string& out, Result<std::size_t>& last) {
    do {
      last = co_await in.fill(nullptr);
      out.append(in.unread());
      in.consume(in.unread().size());
    } while (last && *last != 0);
  }

  // Sends a byte each way, so that both ends see whatever the handshake left (tickets, alerts).
  void exchange() {
    Result<void> sent;
    std::string got;
    Result<std::size_t> last = 0U;
    Inbound client_in(*client, shared), server_in(*server, shared);
    loop_.group.spawn(send_text(*server, "s", sent));
    loop_.group.spawn(send_text(*client, "c", sent));
    loop_.group.spawn(read_text(client_in, got, last));
    loop_.group.spawn(read_text(server_in, got, last));
    loop_.run_until_idle();
    EXPECT_EQ(got.size(), 2U);
  }

  Loop& loop_;
  SharedBuffer shared;
  std::unique_ptr<Socket> client, server;
  Result<void> client_result, server_result;
};

ssl_st* client_of(const config::UpstreamTls& config, Alpn alpn = Alpn::kNone) {
  ResumableSession none;
  auto context = ClientTls::make(config, alpn);
  EXPECT_TRUE(context) << context.error().detail;
  return (*context)->make_session(none);
}

ssl_st* server_of(const std::vector<HostTls>& hosts) {
  auto context = ServerTls::make(hosts);
  EXPECT_TRUE(context) << context.error().detail;
  return (*context)->make_session();
}

std::string peer_name(const Socket& client) {
  std::string name(256, '\0');
  const X509* certificate = SSL_get0_peer_certificate(client.tls());
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                             name.data(), static_cast<int>(name.size()));
  name.resize(static_cast<std::size_t>(std::max(size, 0)));
  return name;
}

int peer_key_type(const Socket& client) {
  return EVP_PKEY_get_base_id(X509_get0_pubkey(SSL_get0_peer_certificate(client.tls())));
}

TEST_P(Tls, SniChoosesHostExactThenWildcardThenDefault) {
  const auto named = [&](const std::string& name, const std::string& common_name) {
    LeafOptions options;
    options.dns_names = {name, "x.a.example.com", "a.example.com", "other.test"};
    options.common_name = common_name;
    return ca.issue(options);
  };
  const auto server = ServerTls::make({host("a.example.com", {named("a.example.com", "exact")}),
                                       host("*.example.com", {named("*.example.com", "wild")}),
                                       host("", {named("other.test", "any")})});
  ASSERT_TRUE(server);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a.example.com", "exact"},
      {"A.Example.COM", "exact"},
      {"x.a.example.com", "wild"},
      {"other.test", "any"},
  };
  for (const auto& [name, common_name] : cases) {
    Loop loop(GetParam());
    Meeting meeting(loop, client_of(trusting(name)), (*server)->make_session());
    ASSERT_TRUE(meeting.client_result) << meeting.client_result.error().detail;
    EXPECT_EQ(peer_name(*meeting.client), common_name) << name;
  }
}

TEST_P(Tls, CertificateFollowsNameAndKeyTypeTheClientCanVerify) {
  const auto server = ServerTls::make(
      {host("", {leaf("first.test"), leaf("both.test", KeyType::kRsa), leaf("both.test")})});
  ASSERT_TRUE(server);
  {
    Loop loop(GetParam());
    Meeting any(loop, client_of(trusting("both.test")), (*server)->make_session());
    ASSERT_TRUE(any.client_result) << any.client_result.error().detail;
  }
  Loop loop(GetParam());
  ssl_st* rsa_only = client_of(trusting("both.test"));
  SSL_set1_sigalgs_list(rsa_only, "RSA-PSS+SHA256");
  Meeting rsa(loop, rsa_only, (*server)->make_session());
  ASSERT_TRUE(rsa.client_result) << rsa.client_result.error().detail;
  EXPECT_EQ(peer_key_type(*rsa.client), EVP_PKEY_RSA);
  Loop other(GetParam());
  ssl_st* ecdsa_only = client_of(trusting("both.test"));
  SSL_set1_sigalgs_list(ecdsa_only, "ECDSA+SHA256");
  Meeting ecdsa(other, ecdsa_only, (*server)->make_session());
  ASSERT_TRUE(ecdsa.client_result) << ecdsa.client_result.error().detail;
  EXPECT_EQ(peer_key_type(*ecdsa.client), EVP_PKEY_EC);
}

TEST_P(Tls, WrongNameIsRefusedAndSaysWhatWasFound) {
  Loop loop(GetParam());
  Meeting meeting(loop, client_of(trusting("wanted.test")),
                  server_of({host("", {leaf("is.test")})}));
  ASSERT_FALSE(meeting.client_result);
  EXPECT_EQ(meeting.client_result.error().code, ErrorCode::kTlsFailure);
  EXPECT_EQ(meeting.client_result.error().origin, Origin::kUpstream);
  EXPECT_EQ(meeting.client_result.error().detail,
            "TLS handshake: name mismatch: wanted wanted.test, the certificate is for is.test");
  EXPECT_EQ(find_tls_fault(meeting.client->tls()), TlsFault::kNameMismatch);
  ASSERT_FALSE(meeting.server_result);
  EXPECT_EQ(meeting.server_result.error().origin, Origin::kDownstream);
}

TEST_P(Tls, ExpiredCertificateIsRefused) {
  LeafOptions options;
  options.dns_names = {"a.test"};
  options.expires_in = std::chrono::seconds(-60);
  Loop loop(GetParam());
  Meeting meeting(loop, client_of(trusting("a.test")), server_of({host("", {ca.issue(options)})}));
  ASSERT_FALSE(meeting.client_result);
  EXPECT_EQ(meeting.client_result.error().detail, "TLS handshake: certificate has expired");
  EXPECT_EQ(find_tls_fault(meeting.client->tls()), TlsFault::kExpired);
}

TEST_P(Tls, UnknownAuthorityIsRefused) {
  const Authority stranger("stranger");
  LeafOptions options;
  options.dns_names = {"a.test"};
  Loop loop(GetParam());
  Meeting meeting(loop, client_of(trusting("a.test")),
                  server_of({host("", {stranger.issue(options)})}));
  ASSERT_FALSE(meeting.client_result);
  EXPECT_EQ(meeting.client_result.error().detail,
            "TLS handshake: unable to get local issuer certificate");
  EXPECT_EQ(find_tls_fault(meeting.client->tls()), TlsFault::kUnknownAuthority);
  EXPECT_EQ(meeting.client_result.error().retry, Retry::kSafe);
}

TEST_P(Tls, RevokedCertificateIsRefusedAndOthersOfTheIssuerAreNot) {
  Loop loop(GetParam());
  const config::Certificate revoked = leaf("a.test");
  config::UpstreamTls trust = trusting("a.test");
  trust.crl_pem = ca.revoke({revoked});
  Meeting refused(loop, client_of(trust), server_of({host("", {revoked})}));
  ASSERT_FALSE(refused.client_result);
  EXPECT_EQ(refused.client_result.error().detail, "TLS handshake: certificate revoked");
  EXPECT_EQ(find_tls_fault(refused.client->tls()), TlsFault::kRevoked);
  Meeting allowed(loop, client_of(trust), server_of({host("", {leaf("a.test")})}));
  EXPECT_TRUE(allowed.client_result) << allowed.client_result.error().detail;
}

TEST_P(Tls, RevocationListThatIsExpiredOrOfAnotherIssuerRefusesAll) {
  Loop loop(GetParam());
  config::UpstreamTls trust = trusting("a.test");
  trust.crl_pem = ca.revoke({}, std::chrono::seconds(-60));
  Meeting expired(loop, client_of(trust), server_of({host("", {leaf("a.test")})}));
  ASSERT_FALSE(expired.client_result);
  EXPECT_EQ(expired.client_result.error().detail, "TLS handshake: CRL has expired");
  EXPECT_EQ(find_tls_fault(expired.client->tls()), TlsFault::kRevocationUnknown);
  trust.crl_pem = Authority("stranger").revoke({});
  Meeting foreign(loop, client_of(trust), server_of({host("", {leaf("a.test")})}));
  ASSERT_FALSE(foreign.client_result);
  EXPECT_EQ(foreign.client_result.error().detail, "TLS handshake: unable to get certificate CRL");
  EXPECT_EQ(find_tls_fault(foreign.client->tls()), TlsFault::kRevocationUnknown);
}

TEST_P(Tls, PinnedKeyMustBeOfTheChain) {
  Loop loop(GetParam());
  const config::Certificate pinned = leaf("a.test");
  config::UpstreamTls trust = trusting("a.test");
  trust.pinned_keys = {testing::public_key_hash(leaf("a.test")), testing::public_key_hash(pinned)};
  Meeting met(loop, client_of(trust), server_of({host("", {pinned})}));
  EXPECT_TRUE(met.client_result) << met.client_result.error().detail;
  Meeting refused(loop, client_of(trust), server_of({host("", {leaf("a.test")})}));
  ASSERT_FALSE(refused.client_result);
  EXPECT_EQ(refused.client_result.error().detail,
            "TLS handshake: pin mismatch: no certificate of the chain has a pinned key");
  EXPECT_EQ(find_tls_fault(refused.client->tls()), TlsFault::kPinMismatch);
}

TEST_P(Tls, ClientOfTls13RefusesOlderServers) {
  Loop loop(GetParam());
  config::UpstreamTls trust = trusting("a.test");
  trust.min_version = "1.3";
  Meeting modern(loop, client_of(trust), server_of({host("", {leaf("a.test")})}));
  EXPECT_TRUE(modern.client_result) << modern.client_result.error().detail;
  ssl_st* old = server_of({host("", {leaf("a.test")})});
  SSL_set_max_proto_version(old, TLS1_2_VERSION);
  Meeting refused(loop, client_of(trust), old);
  EXPECT_FALSE(refused.client_result);
  EXPECT_EQ(find_tls_fault(refused.client->tls()), TlsFault::kProtocol);
}

TEST_P(Tls, AnySubjectAltNameOfTheListIsEnough) {
  LeafOptions options;
  options.dns_names = {"backend.test"};
  options.uris = {"spiffe://cluster/ns/app"};
  const auto server = ServerTls::make({host("", {ca.issue(options)})});
  auto config = trusting("sni-only.test");
  config.subject_alt_names = {{SanKind::kHostname, "no.test"},
                              {SanKind::kUri, "spiffe://cluster/ns/app"}};
  Loop loop(GetParam());
  Meeting by_uri(loop, client_of(config), (*server)->make_session());
  EXPECT_TRUE(by_uri.client_result) << by_uri.client_result.error().detail;
  config.subject_alt_names = {{SanKind::kHostname, "backend.test"}};
  Meeting by_name(loop, client_of(config), (*server)->make_session());
  EXPECT_TRUE(by_name.client_result) << by_name.client_result.error().detail;
  config.subject_alt_names = {{SanKind::kUri, "spiffe://cluster/ns/other"}};
  Meeting by_none(loop, client_of(config), (*server)->make_session());
  ASSERT_FALSE(by_none.client_result);
  EXPECT_EQ(by_none.client_result.error().detail,
            "TLS handshake: name mismatch: wanted spiffe://cluster/ns/other, the certificate is "
            "for backend.test, spiffe://cluster/ns/app");
}

TEST_P(Tls, RequiredClientCertificateMustBeValid) {
  const auto server = ServerTls::make(
      {with_client_rule(host("", {leaf("a.test")}), ClientCertificates::kRequire, ca)});
  ASSERT_TRUE(server);
  auto config = trusting("a.test");
  Loop loop(GetParam());
  Meeting without(loop, client_of(config), (*server)->make_session());
  ASSERT_FALSE(without.server_result);
  EXPECT_EQ(without.server_result.error().detail,
            "TLS handshake: peer did not return a certificate");
  config.client_certificate = {leaf("client.test")};
  Meeting good(loop, client_of(config), (*server)->make_session());
  ASSERT_TRUE(good.server_result) << good.server_result.error().detail;
  EXPECT_EQ(tls_info(good.server->tls()).peer_certificate, PeerCertificate::kVerified);
  const Authority stranger("stranger");
  config.client_certificate = {stranger.issue(LeafOptions())};
  Meeting bad(loop, client_of(config), (*server)->make_session());
  ASSERT_FALSE(bad.server_result);
  EXPECT_EQ(bad.server_result.error().detail,
            "TLS handshake: unable to get local issuer certificate");
}

TEST_P(Tls, InsecureFallbackPassesAnyOrNoClientCertificate) {
  const auto server = ServerTls::make(
      {with_client_rule(host("", {leaf("a.test")}), ClientCertificates::kInsecureFallback, ca)});
  auto config = trusting("a.test");
  Loop loop(GetParam());
  Meeting none(loop, client_of(config), (*server)->make_session());
  ASSERT_TRUE(none.server_result);
  EXPECT_EQ(tls_info(none.server->tls()).peer_certificate, PeerCertificate::kNone);
  const Authority stranger("stranger");
  config.client_certificate = {stranger.issue(LeafOptions())};
  Meeting unknown(loop, client_of(config), (*server)->make_session());
  ASSERT_TRUE(unknown.server_result) << unknown.server_result.error().detail;
  EXPECT_EQ(tls_info(unknown.server->tls()).peer_certificate, PeerCertificate::kUnverified);
}

TEST_P(Tls, ClientRuleIsTheChosenListeners) {
  const auto server = ServerTls::make({host("open.test", {leaf("open.test")}),
                                       with_client_rule(host("closed.test", {leaf("closed.test")}),
                                                        ClientCertificates::kRequire, ca)});
  Loop loop(GetParam());
  Meeting open(loop, client_of(trusting("open.test")), (*server)->make_session());
  EXPECT_TRUE(open.server_result);
  Meeting closed(loop, client_of(trusting("closed.test")), (*server)->make_session());
  EXPECT_FALSE(closed.server_result);
}

// A ticket of a listener without client certificates must not open one that requires them.
TEST_P(Tls, SessionsAreNotResumedAcrossListenersOfDifferentRules) {
  const auto both = leaf("shared.test");
  const auto server =
      ServerTls::make({host("", {both}), with_client_rule(host("closed.test", {both}),
                                                          ClientCertificates::kRequire, ca)});
  const auto client = ClientTls::make(trusting("shared.test"), Alpn::kNone);
  ResumableSession reuse;
  Loop loop(GetParam());
  Meeting first(loop, (*client)->make_session(reuse), (*server)->make_session());
  first.exchange();
  ASSERT_FALSE(reuse.empty());
  ssl_st* other = (*client)->make_session(reuse);
  SSL_set_tlsext_host_name(other, "closed.test");
  Meeting second(loop, other, (*server)->make_session());
  EXPECT_FALSE(second.server_result);
}

TEST_P(Tls, AlpnFollowsTheServersPreference) {
  const auto certificate = leaf("a.test");
  struct Case {
    Alpn server, client;
    std::string chosen;
  };
  const std::vector<Case> cases = {{Alpn::kHttp2OrHttp1, Alpn::kHttp2OrHttp1, "h2"},
                                   {Alpn::kHttp1, Alpn::kHttp2OrHttp1, "http/1.1"},
                                   {Alpn::kHttp2OrHttp1, Alpn::kHttp1, "http/1.1"},
                                   {Alpn::kHttp2OrHttp1, Alpn::kNone, ""},
                                   {Alpn::kNone, Alpn::kHttp2OrHttp1, ""}};
  for (const auto& c : cases) {
    Loop loop(GetParam());
    Meeting meeting(loop, client_of(trusting("a.test"), c.client),
                    server_of({host("", {certificate}, c.server)}));
    ASSERT_TRUE(meeting.client_result) << meeting.client_result.error().detail;
    EXPECT_EQ(tls_info(meeting.client->tls()).alpn, c.chosen);
    EXPECT_EQ(tls_info(meeting.server->tls()).alpn, c.chosen);
  }
  Loop loop(GetParam());
  Meeting none(loop, client_of(trusting("a.test"), Alpn::kHttp2),
               server_of({host("", {certificate}, Alpn::kHttp1)}));
  EXPECT_FALSE(none.client_result);
}

TEST_P(Tls, ListenerOfTls13RefusesOlderClients) {
  auto tls13 = host("", {leaf("a.test")});
  auto tls = *tls13.tls;
  tls.min_version = "1.3";
  tls13.tls = std::make_shared<config::ListenerTls>(tls);
  const auto server = ServerTls::make({tls13, host("old.test", {leaf("old.test")})});
  Loop loop(GetParam());
  Meeting modern(loop, client_of(trusting("a.test")), (*server)->make_session());
  ASSERT_TRUE(modern.server_result);
  EXPECT_EQ(tls_info(modern.server->tls()).version, TlsVersion::k13);
  EXPECT_EQ(tls_info(modern.server->tls()).server_name, "a.test");
  ssl_st* old = client_of(trusting("a.test"));
  SSL_set_max_proto_version(old, TLS1_2_VERSION);
  Meeting refused(loop, old, (*server)->make_session());
  EXPECT_FALSE(refused.server_result);
  old = client_of(trusting("old.test"));
  SSL_set_max_proto_version(old, TLS1_2_VERSION);
  Meeting allowed(loop, old, (*server)->make_session());
  ASSERT_TRUE(allowed.server_result) << allowed.server_result.error().detail;
  EXPECT_EQ(tls_info(allowed.server->tls()).version, TlsVersion::k12);
}

TEST_P(Tls, LargeTransfersInBothDirectionsArriveWhole) {
  Loop loop(GetParam());
  Meeting meeting(loop, client_of(trusting("a.test")), server_of({host("", {leaf("a.test")})}));
  ASSERT_TRUE(meeting.server_result);
  std::string up(3'000'001, 'u'), down(2'500'003, 'd');
  for (std::size_t i = 0; i < down.size(); i += 101) down[i] = up[i] = static_cast<char>(i % 127);
  Result<void> sent_up, sent_down;
  Result<std::size_t> last_up = 1U, last_down = 1U;
  std::string got_up, got_down;
  Inbound server_in(*meeting.server, meeting.shared), client_in(*meeting.client, meeting.shared);
  loop.group.spawn(Meeting::send_text(*meeting.client, up, sent_up));
  loop.group.spawn(Meeting::send_text(*meeting.server, down, sent_down));
  loop.group.spawn(Meeting::read_text(server_in, got_up, last_up));
  loop.group.spawn(Meeting::read_text(client_in, got_down, last_down));
  loop.run_until_idle();
  EXPECT_TRUE(sent_up && sent_down);
  EXPECT_EQ(last_up, 0U);
  EXPECT_EQ(last_down, 0U);
  EXPECT_TRUE(got_up == up);
  EXPECT_TRUE(got_down == down);
}

TEST_P(Tls, SessionsAreResumedByTheSameContextOnly) {
  const auto server = ServerTls::make({host("", {leaf("a.test")})});
  const auto client = ClientTls::make(trusting("a.test"), Alpn::kNone);
  const auto replaced = ClientTls::make(trusting("a.test"), Alpn::kNone);
  ResumableSession reuse;
  Loop loop(GetParam());
  Meeting first(loop, (*client)->make_session(reuse), (*server)->make_session());
  EXPECT_EQ(tls_info(first.client->tls()).resumption, Resumption::kFull);
  first.exchange();
  Meeting second(loop, (*client)->make_session(reuse), (*server)->make_session());
  ASSERT_TRUE(second.client_result);
  EXPECT_EQ(tls_info(second.client->tls()).resumption, Resumption::kResumed);
  EXPECT_EQ(tls_info(second.server->tls()).resumption, Resumption::kResumed);
  second.exchange();
  Meeting third(loop, (*replaced)->make_session(reuse), (*server)->make_session());
  ASSERT_TRUE(third.client_result);
  EXPECT_EQ(tls_info(third.client->tls()).resumption, Resumption::kFull);
}

TEST_P(Tls, ReplacingContextsLeavesLiveConnectionsAlone) {
  Loop loop(GetParam());
  auto server = ServerTls::make({host("x.test", {leaf("x.test")}), host("", {leaf("a.test")})});
  ResumableSession reuse;
  auto client = ClientTls::make(trusting("a.test"), Alpn::kNone);
  ssl_st* client_session = (*client)->make_session(reuse);
  ssl_st* server_session = (*server)->make_session();
  server->reset();
  client->reset();
  Meeting meeting(loop, client_session, server_session);
  ASSERT_TRUE(meeting.client_result) << meeting.client_result.error().detail;
  meeting.exchange();
}

TEST_P(Tls, CloseNotifyIsAnEndAndItsAbsenceIsNot) {
  Loop loop(GetParam());
  const auto server = ServerTls::make({host("", {leaf("a.test")})});
  for (const bool orderly : {true, false}) {
    Meeting meeting(loop, client_of(trusting("a.test")), (*server)->make_session());
    Inbound in(*meeting.client, meeting.shared);
    std::string got;
    Result<std::size_t> last = 1U;
    Result<void> sent;
    auto send = [](Socket& socket, Result<void>& out) -> Task<void> {
      const Parts text("the end");
      out = co_await socket.write(text, nullptr);
    };
    loop.group.spawn(send(*meeting.server, sent));
    if (orderly) {
      meeting.server->shutdown_write();
    } else {
      meeting.server->close();
    }
    loop.group.spawn(Meeting::read_text(in, got, last));
    loop.run_until_idle();
    EXPECT_EQ(got, "the end");
    EXPECT_EQ(last.has_value(), orderly);
    if (!orderly) EXPECT_EQ(last.error().code, ErrorCode::kConnectionReset);
  }
}

TEST(TlsContext, BadMaterialIsNamed) {
  const Authority ca("ca"), other("other");
  LeafOptions options;
  options.dns_names = {"a.test"};
  config::ListenerTls tls;
  tls.certificates = {ca.issue(options)};
  tls.certificates[0].key_pem = ca.issue(options).key_pem;
  auto wrong_key = ServerTls::make({{"a.test", std::make_shared<config::ListenerTls>(tls), {}}});
  ASSERT_FALSE(wrong_key);
  EXPECT_EQ(wrong_key.error().code, ErrorCode::kInvalidConfig);
  EXPECT_TRUE(wrong_key.error().detail.starts_with(
      "TLS of host \"a.test\": the private key is not the certificate's"));
  tls.certificates[0].chain_pem = "not PEM";
  auto unreadable = ServerTls::make({{"a.test", std::make_shared<config::ListenerTls>(tls), {}}});
  ASSERT_FALSE(unreadable);
  EXPECT_NE(unreadable.error().detail.find("unreadable certificate"), std::string::npos);
  config::UpstreamTls upstream;
  upstream.sni = "a.test";
  auto no_anchor = ClientTls::make(upstream, Alpn::kNone);
  ASSERT_FALSE(no_anchor);
  EXPECT_NE(no_anchor.error().detail.find("no CA certificates"), std::string::npos);
}

TIDEGATE_ON_EACH_POLLER(Tls);

}  // namespace
}  // namespace tidegate::io
