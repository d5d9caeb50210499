#include "postgres/dialogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "digest/digest.h"

namespace tidegate::postgres {
namespace {

// Requests of a server for authentication.
constexpr std::int32_t kOk = 0;
constexpr std::int32_t kPlain = 3;
constexpr std::int32_t kSasl = 10;
constexpr std::int32_t kSaslContinue = 11;
constexpr std::int32_t kSaslFinal = 12;

// What a server says about itself when a connection begins: some KiB.
constexpr std::size_t kMaxLoginBytes = 64 * 1024;

constexpr std::size_t kNameBytes = 8;  // of the hash of a password

std::unexpected<Error> wrong(ErrorCode code, std::string detail) {
  return fail(code, Origin::kUpstream, "PostgreSQL: " + std::move(detail));
}

std::string name_session(const Login& login) {
  return fmt::format("postgres/{}/{}/{}/{}", login.database, login.user,
                     login.statement_timeout.count(),
                     to_hex(view_of(sha256(login.password.reveal())).substr(0, kNameBytes)));
}

bool is_code(std::string_view code) {
  return code.size() == 5 && std::ranges::all_of(code, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

// What ends with the server's own state rather than with what was asked: resources, limits,
// operator intervention, its system, a bug of it.
bool is_of_server(std::string_view code) {
  constexpr std::string_view kClasses[] = {"53", "54", "57", "58", "XX"};
  return std::ranges::any_of(kClasses,
                             [code](std::string_view one) { return code.starts_with(one); });
}

}  // namespace

Dialogue::Dialogue(Login login, Statement statement)
    : login_(std::move(login)), statement_(std::move(statement)), session_(name_session(login_)) {}

std::string Dialogue::begin(Connection connection) {
  reader_.emplace(statement_.max_answer_bytes + kMaxLoginBytes);
  scram_.reset();
  rows_.clear();
  error_.reset();
  done_ = server_is_known_ = false;
  std::string say;
  if (connection == Connection::kUsed) {
    ask(say);
    return say;
  }
  state_ = State::kLogsIn;
  const std::string timeout = fmt::format("{}", login_.statement_timeout.count());
  const std::array<Parameter, 6> parameters = {{{"user", login_.user},
                                                {"database", login_.database},
                                                {"application_name", "tidegate"},
                                                {"client_encoding", "UTF8"},
                                                {"default_transaction_read_only", "on"},
                                                {"statement_timeout", timeout}}};
  append_startup(say, parameters);
  return say;
}

void Dialogue::ask(std::string& say) {
  state_ = State::kAsks;
  const std::vector<std::string_view> values(statement_.values.begin(), statement_.values.end());
  append_query(say, statement_.text, values);
}

Result<Dialogue::Progress> Dialogue::take(std::string_view bytes, std::string& say) {
  TIDEGATE_TRY_VOID(reader_->feed(bytes));
  while (!done_) {
    TIDEGATE_TRY(message, reader_->next());
    if (!message) return Progress::kGoesOn;
    TIDEGATE_TRY_VOID(on_message(*message, say));
  }
  if (reader_->has_rest()) return wrong(ErrorCode::kProtocolViolation, "more than was asked for");
  return Progress::kDone;
}

Result<void> Dialogue::on_message(const Message& message, std::string& say) {
  const ContentReader content(message.content);
  switch (message.type) {
    case 'N':  // a notice
    case 'A':  // a notification
    case 'S':  // a parameter's value
      return {};
    case 'E':
      return on_error(content);
    case 'R':
      if (state_ == State::kLogsIn) return on_authentication(content, say);
      break;
    case 'K':  // the key to cancel by
      if (state_ == State::kStarts) return {};
      break;
    case 'Z':
      if (state_ == State::kStarts) {
        ask(say);
        return {};
      }
      // "I": idle. A connection within a transaction is not for others.
      if (state_ != State::kAsks || message.content != "I") break;
      done_ = true;
      return {};
    case 'D':
      if (state_ == State::kAsks) return on_row(content);
      break;
    case '1':  // parsed
    case '2':  // bound
    case 'C':  // complete
    case 'I':  // an empty statement
      if (state_ == State::kAsks) return {};
      break;
    default:
      break;
  }
  return wrong(ErrorCode::kProtocolViolation, "an unexpected message");
}

Result<void> Dialogue::on_authentication(ContentReader content, std::string& say) {
  const std::int32_t kind = content.take_long();
  if (!content.ok()) return wrong(ErrorCode::kMalformed, "a login");
  switch (kind) {
    case kOk:
      // A server that skips the end of SCRAM has not shown who it is.
      if (scram_ && !server_is_known_) return wrong(ErrorCode::kProtocolViolation, "SCRAM's end");
      state_ = State::kStarts;
      return {};
    case kPlain:
      if (login_.plain == PlainPassword::kNever || scram_) {
        return wrong(ErrorCode::kForbidden, "it wants the password itself, which needs TLS");
      }
      append_password(say, login_.password.reveal());
      return {};
    case kSasl:
      return start_sasl(content.rest(), say);
    case kSaslContinue: {
      if (!scram_) break;
      TIDEGATE_TRY(answer, scram_->final_message(content.rest()));
      append_sasl_next(say, answer);
      return {};
    }
    case kSaslFinal:
      if (!scram_) break;
      TIDEGATE_TRY_VOID(scram_->check(content.rest()));
      server_is_known_ = true;
      return {};
    default:
      return wrong(ErrorCode::kForbidden,
                   "it wants another login than SCRAM-SHA-256 or a password over TLS");
  }
  return wrong(ErrorCode::kProtocolViolation, "SCRAM's order");
}

Result<void> Dialogue::start_sasl(std::string_view mechanisms, std::string& say) {
  ContentReader names(mechanisms);
  bool known = false;
  while (names.ok() && !names.rest().empty()) {
    const std::string_view name = names.take_text();
    known = known || name == Scram::kMechanism;
  }
  if (!known || scram_) return wrong(ErrorCode::kForbidden, "it does not take SCRAM-SHA-256");
  // The server goes by the user of the first message.
  scram_.emplace("", login_.password, make_nonce());
  append_sasl_first(say, Scram::kMechanism, scram_->first_message());
  return {};
}

Result<void> Dialogue::on_row(ContentReader content) {
  Row row(content.take_short());
  for (auto& column : row) {
    const std::int32_t size = content.take_long();
    if (!content.ok() || size < -1) return wrong(ErrorCode::kMalformed, "a row");
    if (size >= 0) column = content.take_bytes(static_cast<std::size_t>(size));
  }
  if (!content.ok() || !content.rest().empty()) return wrong(ErrorCode::kMalformed, "a row");
  if (rows_.size() < statement_.max_rows) rows_.push_back(std::move(row));
  return {};
}

Result<void> Dialogue::on_error(ContentReader content) {
  std::string_view code;
  while (content.ok() && !content.rest().empty()) {
    const std::string_view field = content.take_text();
    if (field.starts_with('C')) code = field.substr(1);
  }
  if (!is_code(code)) return wrong(ErrorCode::kMalformed, "an error without a code");
  const std::string detail = fmt::format("error {}", code);
  if (is_of_server(code)) return wrong(ErrorCode::kUnavailable, detail);
  if (state_ != State::kAsks) return wrong(ErrorCode::kForbidden, "the login: " + detail);
  // The server goes on behind the statement: it is no fault of its.
  error_.emplace(ErrorCode::kInvalidConfig, Origin::kInternal, "PostgreSQL: " + detail);
  return {};
}

Result<std::vector<Row>> Dialogue::take_rows() {
  if (error_) return std::unexpected(*error_);
  return std::move(rows_);
}

}  // namespace tidegate::postgres
