// Messages of PostgreSQL's protocol: those of a client written, those of a server taken apart.
//
// A message is a letter, its length without the letter in four bytes, and its content. Numbers have
// the highest byte first.   Thread: pure functions, and one owner of a reader.
// Source: PostgreSQL 17 documentation, 53.7 Message Formats (protocol 3.0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace tidegate::postgres {

using Parameter = std::pair<std::string_view, std::string_view>;

// The first message of a connection: "user", "database" and settings. REQUIRES: no NUL in them.
void append_startup(std::string& out, std::span<const Parameter> parameters);
// A password, or what SASL says next. REQUIRES: no NUL in a password.
void append_password(std::string& out, std::string_view password);
void append_sasl_first(std::string& out, std::string_view mechanism, std::string_view message);
void append_sasl_next(std::string& out, std::string_view message);
// One statement with its values, all as texts: parsed, bound, executed, and synchronized behind.
void append_query(std::string& out, std::string_view statement,
                  std::span<const std::string_view> values);

struct Message {
  char type = 0;
  std::string_view content;
};

// Thread: one owner.
class MessageReader {
 public:
  // Longer messages, and more than that in all, are refused.
  explicit MessageReader(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Errors: kLimit, origin upstream.
  Result<void> feed(std::string_view bytes);
  // The next message that is whole, valid until the next call of feed(); empty: there is none.
  // Errors: kMalformed, kLimit; origin upstream.
  Result<std::optional<Message>> next();
  bool has_rest() const { return used_ != bytes_.size(); }

 private:
  const std::size_t max_bytes_;
  std::string bytes_;
  std::size_t used_ = 0;
  std::size_t taken_in_all_ = 0;
};

// Takes values off the front of a message's content. What is cut short makes it not ok(), and gives
// nothing from then on.
class ContentReader {
 public:
  explicit ContentReader(std::string_view content) : rest_(content) {}
  std::uint16_t take_short();
  std::int32_t take_long();
  std::string_view take_text();  // up to a NUL
  std::string_view take_bytes(std::size_t count);
  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace tidegate::postgres
