#include "processors/retrieval/pgvector.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "decode/parts.h"
#include "decode/scalars.h"

namespace tidegate::processors::retrieval {
namespace {

using decode::Node;
using decode::ObjectReader;
using decode::Text;

// Longer names are cut by the server, and so name something else.
constexpr std::size_t kMaxNameBytes = 63;

bool is_identifier(std::string_view text) { return text.find('\0') == text.npos; }
constexpr Text kIdentifier{
    .min = 1, .max = kMaxNameBytes, .valid = is_identifier, .must = "have no NUL"};

constexpr Variable kFilterVariables[] = {Variable::kModel, Variable::kHeader};

constexpr decode::Choice<TableSearch::Distance> kDistances[] = {
    {"Cosine", TableSearch::Distance::kCosine},
    {"L2", TableSearch::Distance::kL2},
    {"InnerProduct", TableSearch::Distance::kInnerProduct}};

void read_columns(const Node& node, TableSearch& out) {
  ObjectReader object(node);
  object.optional("text", out.text, kIdentifier);
  object.optional("vector", out.vector, kIdentifier);
  object.optional("source", out.source, kIdentifier);
  object.optional("title", out.title, kIdentifier);
}

void read_value(const Node& node, Template& out) {
  std::string text;
  Text{.max = 1024}(node, text);
  const std::string wrong = out.parse(text, kFilterVariables);
  if (!wrong.empty()) node.fail(wrong);
}

void read_filter(const Node& node, TableSearch::Filter& out) {
  ObjectReader object(node);
  object.required("column", out.column, kIdentifier);
  object.required("equals", out.value, read_value);
}

// Any characters may stand in a name that is quoted, quotes doubled.
std::string quote(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out += '"';
}

std::string column_or_null(std::string_view name) {
  return name.empty() ? "NULL" : quote(name) + "::text";
}

std::optional<double> read_score(const std::optional<std::string>& text) {
  double score = 0;
  if (!text) return std::nullopt;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), score);
  if (parsed.ec != std::errc() || !std::isfinite(score)) return std::nullopt;
  return score;
}

}  // namespace

void read_table_search(ObjectReader& object, TableSearch& out) {
  object.required("database", out.database, kIdentifier);
  object.optional("schema", out.schema, kIdentifier);
  object.required("table", out.table, kIdentifier);
  object.optional("columns", out, read_columns);
  object.optional("distance", out.distance, decode::one_of(kDistances));
  object.list("filter", out.filters, {.max = 8}, read_filter);
}

std::string format_statement(const TableSearch& search) {
  const std::string vector = quote(search.vector);
  std::string distance;
  std::string score;
  switch (search.distance) {
    case TableSearch::Distance::kCosine:
      distance = vector + " <=> $1::vector";
      score = fmt::format("1 - ({})", distance);
      break;
    case TableSearch::Distance::kL2:
      distance = vector + " <-> $1::vector";
      score = fmt::format("1 / (1 + ({}))", distance);
      break;
    case TableSearch::Distance::kInnerProduct:
      // The operator gives it with its sign turned, so that the least is the best.
      distance = vector + " <#> $1::vector";
      score = fmt::format("- ({})", distance);
      break;
  }
  const std::string table = search.schema.empty()
                                ? quote(search.table)
                                : quote(search.schema) + "." + quote(search.table);
  std::string where;
  for (std::size_t i = 0; i < search.filters.size(); ++i) {
    where += fmt::format("{}{} = ${}", i == 0 ? " WHERE " : " AND ",
                         quote(search.filters[i].column), i + 3);
  }
  // The order is the bare distance, for which there can be an index.
  return fmt::format("SELECT {}, {}, {}, ({})::text FROM {}{} ORDER BY {} LIMIT $2::bigint",
                     column_or_null(search.text), column_or_null(search.source),
                     column_or_null(search.title), score, table, where, distance);
}

std::vector<std::string> format_values(const TableSearch& search, const Wanted& wanted,
                                       const pipeline::Message& message) {
  std::vector<std::string> values = {std::string(wanted.vector), fmt::to_string(wanted.count)};
  for (const TableSearch::Filter& filter : search.filters) {
    values.push_back(
        filter.value.render([&](Variable variable, std::string_view argument, std::string& out) {
          out += value_of(variable, argument, wanted, message);
        }));
  }
  return values;
}

postgres::Login login_of(const TableSearch& search, const config::Backend& backend,
                         std::chrono::milliseconds statement_timeout) {
  postgres::Login login;
  if (backend.login) {
    login.user = backend.login->user;
    login.password = backend.login->password;
  }
  if (login.user.empty()) login.user = "postgres";
  login.database = search.database;
  login.statement_timeout = statement_timeout;
  if (backend.tls != nullptr) login.plain = postgres::PlainPassword::kAllowed;
  return login;
}

Result<std::vector<Passage>> read_rows(const std::vector<postgres::Row>& rows, Arena& arena) {
  std::vector<Passage> passages;
  for (const postgres::Row& row : rows) {
    if (row.size() != 4) {
      return fail(ErrorCode::kMalformed, Origin::kUpstream, "PostgreSQL: rows of other columns");
    }
    if (!row[0] || row[0]->empty()) continue;
    Passage& passage = passages.emplace_back();
    passage.text = arena.copy(*row[0]);
    passage.source = arena.copy(row[1].value_or(""));
    passage.title = arena.copy(row[2].value_or(""));
    passage.score = read_score(row[3]);
  }
  return passages;
}

}  // namespace tidegate::processors::retrieval
