// Passages of a table in PostgreSQL, found by the vector of a question (the extension pgvector).
//
// Names of the configuration are quoted into the statement once, when it is read; whatever a
// request brings is bound as a value.   Thread: immutable.
// Source: pgvector 0.8 README; PostgreSQL 17 documentation, 4.1.1 Identifiers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "config/backend.h"
#include "decode/field_reader.h"
#include "postgres/dialogue.h"
#include "processors/retrieval/backend_search.h"

namespace tidegate::processors::retrieval {

struct TableSearch {
  enum class Distance : std::uint8_t { kCosine, kL2, kInnerProduct };
  struct Filter {
    std::string column;
    Template value;
  };

  std::string database;
  std::string schema;  // empty: as the login finds tables
  std::string table;
  std::string text = "text";
  std::string vector = "embedding";
  std::string source;  // empty: none
  std::string title;
  Distance distance = Distance::kCosine;
  std::vector<Filter> filters;  // columns that must be equal to a value
};

// Reads the fields of `retriever.type: PgVector`; that field itself is taken already.
void read_table_search(decode::ObjectReader& object, TableSearch& out);

// SELECT "text"::text, ... FROM "table" WHERE ... ORDER BY "embedding" <=> $1::vector LIMIT $2
// Columns of the answer: text, source, title, score; a score is the more the better.
std::string format_statement(const TableSearch& search);

// The values of that statement.
std::vector<std::string> format_values(const TableSearch& search, const Wanted& wanted,
                                       const pipeline::Message& message);

postgres::Login login_of(const TableSearch& search, const config::Backend& backend,
                         std::chrono::milliseconds statement_timeout);

// Rows without a text are passed over. Returns: views of `arena`.
// Errors: kMalformed, origin upstream.
Result<std::vector<Passage>> read_rows(const std::vector<postgres::Row>& rows, Arena& arena);

}  // namespace tidegate::processors::retrieval
