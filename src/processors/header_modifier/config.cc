#include "processors/header_modifier/config.h"

#include <utility>

#include "decode/parts.h"
#include "decode/scalars.h"
#include "pipeline/header_edits.h"
#include "processors/read_config.h"

namespace tidegate::processors::header_modifier {
namespace {

using decode::Node;
using decode::ObjectReader;
using decode::Text;
using pipeline::HeaderEdit;

constexpr std::size_t kMostFields = 64;

void read_name(const Node& node, std::string& out) {
  decode::kHeaderName(node, out);
  if (!out.empty() && !pipeline::is_editable({HeaderEdit::Kind::kSet, out, {}})) {
    node.fail("is not a processor's to edit");
  }
}

void read_field(const Node& node, Edit& out) {
  ObjectReader object(node);
  object.required("name", out.name, read_name);
  const bool has_value = object.optional("value", out.value, decode::kHeaderValue);
  std::string text;
  const bool has_expression =
      object.optional("expression", text, [&](const Node& at, std::string& read) {
        Text{.min = 1, .max = 4096}(at, read);
        if (read.empty()) return;
        auto compiled = pipeline::TextExpression::compile(read);
        if (!compiled) return at.fail(compiled.error().detail);
        out.expression.emplace(std::move(*compiled));
      });
  if (has_value == has_expression) node.fail("must have either value or expression");
}

void read_edits(const Node& node, std::vector<Edit>& out) {
  ObjectReader object(node);
  const auto read_list = [&](const char* member, HeaderEdit::Kind kind) {
    std::vector<Edit> edits;
    object.list(member, edits, {.max = kMostFields}, read_field);
    for (Edit& edit : edits) {
      edit.kind = kind;
      out.push_back(std::move(edit));
    }
  };
  std::vector<std::string> removed;
  object.list("remove", removed, {.max = kMostFields}, read_name);
  for (std::string& name : removed) {
    out.push_back({HeaderEdit::Kind::kRemove, std::move(name), {}, {}});
  }
  read_list("set", HeaderEdit::Kind::kSet);
  read_list("add", HeaderEdit::Kind::kAdd);
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("request", out.request, read_edits);
  object.optional("response", out.response, read_edits);
}

}  // namespace

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

}  // namespace tidegate::processors::header_modifier
