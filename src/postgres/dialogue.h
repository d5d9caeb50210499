// One statement with its values, and the rows that it gives.
//
// Logs in on new connections: by SCRAM-SHA-256, or by the password itself where the connection is
// TLS. Asks for the statement as texts in and out.   Thread: one owner.
// Source: PostgreSQL 17 documentation, 53.2 Message Flow; appendix A, Error Codes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "pipeline/dialogue.h"
#include "postgres/message.h"
#include "postgres/scram.h"

namespace tidegate::postgres {

enum class PlainPassword : std::uint8_t { kNever, kAllowed };

struct Login {
  std::string user;
  Secret password;
  std::string database;
  // After it the server gives up a statement of this connection; 0: never.
  std::chrono::milliseconds statement_timeout{0};
  PlainPassword plain = PlainPassword::kNever;
};

struct Statement {
  std::string text;                 // with $1, $2, ...
  std::vector<std::string> values;  // of these; no NUL
  std::size_t max_rows = 100;       // those behind it are passed over
  std::size_t max_answer_bytes = 1024 * 1024;
};

// Of each column its text; empty: NULL.
using Row = std::vector<std::optional<std::string>>;

class Dialogue final : public pipeline::Dialogue {
 public:
  // Transactions of its connections are read-only.
  Dialogue(Login login, Statement statement);

  std::string_view session() const override { return session_; }
  std::string begin(Connection connection) override;
  // Errors: kForbidden: the login is refused, or no way of it is ours; kUnavailable: the server
  // cannot now (connections, disk, shutdown, a statement that took too long); kMalformed,
  // kProtocolViolation, kLimit. None has what was said, but for the code of the server's error.
  Result<Progress> take(std::string_view bytes, std::string& say) override;

  // When it is done: the rows, or why the statement is not right (kInvalidConfig, with the code).
  Result<std::vector<Row>> take_rows();

 private:
  enum class State : std::uint8_t { kLogsIn, kStarts, kAsks };
  Result<void> on_message(const Message& message, std::string& say);
  Result<void> on_authentication(ContentReader content, std::string& say);
  Result<void> start_sasl(std::string_view mechanisms, std::string& say);
  Result<void> on_row(ContentReader content);
  Result<void> on_error(ContentReader content);
  void ask(std::string& say);

  const Login login_;
  const Statement statement_;
  const std::string session_;
  State state_ = State::kLogsIn;
  bool done_ = false;
  std::optional<MessageReader> reader_;
  std::optional<Scram> scram_;
  bool server_is_known_ = false;  // of SCRAM: it has shown that it knows the password
  std::vector<Row> rows_;
  std::optional<Error> error_;  // of the statement
};

}  // namespace tidegate::postgres
