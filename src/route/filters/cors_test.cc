#include "route/filters/cors.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "config/backend.h"
#include "route/filters/mirror.h"

namespace tidegate::route {
namespace {

constexpr std::string_view kFoo = "https://www.foo.com";

config::Cors listed() {
  config::Cors policy;
  policy.allow_origins = {"https://www.foo.com", "https://*.bar.com"};
  policy.allow_methods = {"GET", "OPTIONS"};
  policy.allow_headers = {"x-header-1", "x-header-2"};
  policy.expose_headers = {"x-header-3", "x-header-4"};
  policy.allow_credentials = true;
  policy.max_age_seconds = 3600;
  return policy;
}

config::Cors any() {
  config::Cors policy;
  policy.allow_origins = {"*"};
  policy.allow_methods = {"*"};
  policy.allow_headers = {"*"};
  policy.expose_headers = {"*"};
  return policy;
}

// A request and the answer made of it.
class Exchange {
 public:
  Exchange(std::string_view method, std::string_view origin) {
    request_.method = method;
    request_.target = "/";
    if (!origin.empty()) request_.fields.add("Origin", origin);
  }
  Exchange& ask(std::string_view method, std::string_view headers = {}) {
    request_.fields.add("Access-Control-Request-Method", method);
    if (!headers.empty()) request_.fields.add("Access-Control-Request-Headers", headers);
    return *this;
  }
  std::string preflight(const config::Cors& policy) {
    answer_preflight(policy, request_, reply_);
    return text();
  }
  std::string actual(const config::Cors& policy) {
    apply_cors(policy, request_, reply_.fields);
    return text();
  }
  const http::RequestHead& request() const { return request_; }
  http::ResponseHead& reply() { return reply_; }

 private:
  std::string text() const {
    std::string text;
    for (const http::Field& field : reply_.fields.fields()) {
      text.append(field.name).append(": ").append(field.value).append("\n");
    }
    return text;
  }
  Arena arena_;
  http::RequestHead request_{arena_};
  http::ResponseHead reply_{arena_};
};

TEST(Cors, OnlyOptionsThatAskForAMethodArePreflights) {
  EXPECT_EQ(classify_cors(Exchange("OPTIONS", kFoo).ask("GET").request()), CorsRequest::kPreflight);
  EXPECT_EQ(classify_cors(Exchange("OPTIONS", kFoo).request()), CorsRequest::kActual);
  EXPECT_EQ(classify_cors(Exchange("GET", kFoo).ask("GET").request()), CorsRequest::kActual);
  EXPECT_EQ(classify_cors(Exchange("OPTIONS", "").ask("GET").request()), CorsRequest::kNone);
}

TEST(Cors, OriginsMatchExactlyOrByWildcard) {
  config::Cors policy;
  policy.allow_origins = {"https://www.foo.com", "https://*.bar.com", "http://*:8080",
                          "https://port.com:443", "http://[::1]:81"};
  struct Case {
    std::string_view origin;
    bool allowed;
  };
  const Case cases[] = {
      {"https://www.foo.com", true},
      {"HTTPS://WWW.FOO.COM", true},
      {"https://www.foo.com:443", true},
      {"http://www.foo.com", false},
      {"https://www.foo.com:444", false},
      {"https://foo.com", false},
      {"https://www.foo.com.evil", false},
      {"https://www.bar.com", true},
      {"https://x.www.bar.com", true},
      {"https://bar.com", false},
      {"https://.bar.com", false},
      {"https://evilbar.com", false},
      {"http://anything:8080", true},
      {"http://anything", false},
      {"https://port.com", true},
      {"http://[::1]:81", true},
      {"http://[::1]", false},
      {"null", false},
      {"", false},
      {"https://[", false},
      {"https://:8080", false},
  };
  for (const Case& c : cases) EXPECT_EQ(allows_origin(policy, c.origin), c.allowed) << c.origin;
  EXPECT_TRUE(allows_origin(any(), "null"));
}

TEST(Cors, APreflightGetsWhatIsConfigured) {
  Exchange exchange("OPTIONS", kFoo);
  EXPECT_EQ(exchange.ask("GET", "x-header-1, x-header-2").preflight(listed()),
            "access-control-allow-origin: https://www.foo.com\n"
            "access-control-allow-credentials: true\n"
            "access-control-expose-headers: x-header-3, x-header-4\n"
            "access-control-allow-methods: GET, OPTIONS\n"
            "access-control-allow-headers: x-header-1, x-header-2\n"
            "access-control-max-age: 3600\n"
            "vary: Origin\n");
  EXPECT_EQ(exchange.reply().status, 204);
}

TEST(Cors, ARefusedOriginGetsAnAnswerWithoutPermission) {
  Exchange exchange("OPTIONS", "https://foobar.com");
  EXPECT_EQ(exchange.ask("GET").preflight(listed()), "vary: Origin\n");
  EXPECT_EQ(exchange.reply().status, 204);
}

TEST(Cors, WildcardsAreSentAsTheyAreWithoutCredentials) {
  EXPECT_EQ(Exchange("OPTIONS", "https://a:1").ask("PUT", "x-1").preflight(any()),
            "access-control-allow-origin: *\naccess-control-expose-headers: *\n"
            "access-control-allow-methods: *\naccess-control-allow-headers: *\n"
            "access-control-max-age: 5\n");
}

TEST(Cors, WithCredentialsWildcardsEchoTheRequest) {
  config::Cors policy = any();
  policy.allow_credentials = true;
  EXPECT_EQ(Exchange("OPTIONS", "https://other.foo.com")
                .ask("PUT", "x-header-1, x-header-2")
                .preflight(policy),
            "access-control-allow-origin: https://other.foo.com\n"
            "access-control-allow-credentials: true\n"
            "access-control-allow-methods: PUT\n"
            "access-control-allow-headers: x-header-1, x-header-2\n"
            "access-control-max-age: 5\nvary: Origin\n");
  EXPECT_EQ(Exchange("OPTIONS", "https://a").ask("PUT").preflight(policy).find("allow-headers"),
            std::string::npos);
}

TEST(Cors, AnActualAnswerCarriesOnlyWhatReadersNeed) {
  EXPECT_EQ(Exchange("GET", "https://www.bar.com").actual(listed()),
            "access-control-allow-origin: https://www.bar.com\n"
            "access-control-allow-credentials: true\n"
            "access-control-expose-headers: x-header-3, x-header-4\nvary: Origin\n");
  EXPECT_EQ(Exchange("GET", "https://foobar.com").actual(listed()), "vary: Origin\n");
  EXPECT_EQ(Exchange("GET", "").actual(listed()), "vary: Origin\n");
  EXPECT_EQ(Exchange("GET", "").actual(any()), "");
}

TEST(Cors, TheBackendsOwnPermissionsAreReplaced) {
  Exchange exchange("GET", "https://foobar.com");
  exchange.reply().fields.add("Access-Control-Allow-Origin", "*");
  exchange.reply().fields.add("access-control-allow-credentials", "true");
  EXPECT_EQ(exchange.actual(listed()), "vary: Origin\n");
}

TEST(Cors, VaryIsExtendedOnce) {
  struct Case {
    std::string_view present;
    std::string_view result;
  };
  const Case cases[] = {
      {"Accept", "Accept, Origin"}, {"accept, ORIGIN", "accept, ORIGIN"}, {"*", "*"}};
  for (const Case& c : cases) {
    Exchange exchange("GET", "https://foobar.com");
    exchange.reply().fields.add("Vary", c.present);
    EXPECT_EQ(exchange.actual(listed()), "Vary: " + std::string(c.result) + "\n");
  }
}

TEST(Mirror, TheShareFollowsTheFraction) {
  config::Mirror mirror;
  mirror.backend = std::make_shared<const config::Backend>();
  mirror.numerator = 1;
  mirror.denominator = 4;
  constexpr std::uint64_t kSteps = 1000;
  std::uint64_t mirrored = 0;
  for (std::uint64_t i = 0; i < kSteps; ++i) {
    mirrored += should_mirror(mirror, (2 * i + 1) * (~std::uint64_t{0} / (2 * kSteps))) ? 1 : 0;
  }
  EXPECT_EQ(mirrored, 250U);
}

TEST(Mirror, AllNoneAndUnresolved) {
  config::Mirror mirror;
  EXPECT_FALSE(should_mirror(mirror, 0));
  mirror.backend = std::make_shared<const config::Backend>();
  EXPECT_TRUE(should_mirror(mirror, 0));
  EXPECT_TRUE(should_mirror(mirror, ~std::uint64_t{0}));
  mirror.numerator = 0;
  EXPECT_FALSE(should_mirror(mirror, 0));
  mirror.denominator = 0;
  EXPECT_FALSE(should_mirror(mirror, 0));
}

}  // namespace
}  // namespace tidegate::route
