#include "credential/authorization.h"

#include <charconv>
#include <vector>

#include "credential/form.h"
#include "credential/sigv4.h"
#include "credential/token_reply.h"
#include "http/uri.h"

namespace tidegate::credential {
namespace {

constexpr std::string_view kContentHash = "x-amz-content-sha256";

// Retry-After in seconds (RFC 9110 10.2.3); dates are not looked at.
std::optional<std::chrono::seconds> retry_after(const http::ResponseHead& response) {
  const auto text = response.fields.find("retry-after");
  if (!text) return std::nullopt;
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

// The target with the key at the end of its query, in place of what has that name.
std::string put_parameter(std::string_view target, std::string_view name, std::string_view key,
                          Arena& arena) {
  std::string made(http::remove_query_parameters(target, {name}, arena));
  made.push_back(made.find('?') == std::string::npos ? '?' : '&');
  append_percent_encoded(made, name, {});
  made.push_back('=');
  append_percent_encoded(made, key, {});
  return made;
}

// Fields that take part in an AWS signature when they are there: what intermediaries leave alone.
bool is_signed(std::string_view name) {
  return http::iequals(name, "content-type") ||
         (name.size() > 6 && http::iequals(name.substr(0, 6), "x-amz-") &&
          !http::iequals(name, "x-amz-date") && !http::iequals(name, "x-amz-security-token"));
}

}  // namespace

bool needs_whole_body(const config::Backend& backend) {
  return backend.credentials != nullptr &&
         std::holds_alternative<config::Aws>(backend.credentials->source);
}

async::Task<Result<void>> Authorization::apply(http::RequestHead& head, stream::BodySource& body,
                                               async::CancelScope& scope) {
  ++tries_;
  if (!target_) target_ = head.target;
  head.target = *target_;
  if (credentials_->keys) {
    put_key(head);
    co_return Result<void>();
  }
  if (credentials_->subjects) {
    if (!is_credential_text(subject_)) {
      co_return fail(ErrorCode::kForbidden, Origin::kDownstream,
                     "the request has no bearer token to exchange");
    }
    tokens_ = credentials_->subjects->find(subject_);
  } else {
    tokens_ = credentials_->tokens;
  }
  TIDEGATE_CO_TRY(material, tokens_->obtain(scope));
  material_ = std::move(material);
  if (const auto* aws = std::get_if<config::Aws>(&credentials_->config->source)) {
    sign(head, body, *aws);
  } else {
    head.fields.set("authorization", arena_.concat({"Bearer ", material_->secret.reveal()}));
  }
  co_return Result<void>();
}

void Authorization::put_key(http::RequestHead& head) {
  const auto& keys = std::get<config::ApiKeys>(credentials_->config->source).keys;
  // The key of the try before may stand elsewhere.
  if (tries_ > 1 && !keys[key_].header.empty()) head.fields.remove(keys[key_].header);
  key_ = credentials_->keys->choose(reactor_.now());
  const config::PlacedKey& key = keys[key_];
  if (key.query_parameter.empty()) {
    head.fields.set(arena_.copy(key.header), arena_.concat({key.prefix, key.key.reveal()}));
  } else {
    head.target =
        arena_.copy(put_parameter(head.target, key.query_parameter, key.key.reveal(), arena_));
  }
}

void Authorization::sign(http::RequestHead& head, stream::BodySource& body,
                         const config::Aws& aws) {
  const std::string hash = hash_payload(body.whole().value_or(std::string_view()));
  const bool s3 = aws.service == "s3";
  head.fields.remove(kContentHash);
  if (s3) head.fields.set(kContentHash, arena_.copy(hash));
  std::vector<SignedField> fields{{"host", head.authority}};
  for (const http::Field& field : head.fields.fields()) {
    if (is_signed(field.name)) fields.push_back({field.name, field.value});
  }
  SigningScope signing{aws.region, aws.service, reactor_.clock().wall_now()};
  if (s3) signing.path = CanonicalPath::kAsSent;
  const AwsSignature made =
      sign_request({head.method, head.target, fields, hash}, signing, *material_);
  head.fields.set("x-amz-date", arena_.copy(made.date));
  head.fields.remove("x-amz-security-token");
  if (!made.security_token.empty()) {
    head.fields.set("x-amz-security-token", arena_.copy(made.security_token.reveal()));
  }
  head.fields.set("authorization", arena_.copy(made.authorization));
}

bool Authorization::on_answer(const http::ResponseHead& response) {
  if (credentials_->keys) {
    const bool another =
        credentials_->keys->on_answer(key_, response.status, retry_after(response), reactor_.now());
    return another && tries_ < credentials_->keys->size();
  }
  // AWS says 403 for a session that has expired or was revoked.
  const bool refused =
      response.status == 401 || (response.status == 403 && !material_->access_key_id.empty());
  return refused && tries_ == 1 && tokens_->reject(material_);
}

}  // namespace tidegate::credential
