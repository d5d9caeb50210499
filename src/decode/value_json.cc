#include "decode/value_json.h"

#include <fmt/format.h>

#include "json/writer.h"

namespace tidegate::decode {
namespace {

using yaml::Kind;

void write(const Node& node, json::Writer& out);

void write_number(const Node& node, json::Writer& out) {
  if (const auto whole = node.value.as_int()) {
    out.number(*whole);
  } else if (const auto real = node.value.as_double()) {
    out.number(*real);
  } else {
    node.fail("must be a finite number");
    out.null();
  }
}

void write(const Node& node, json::Writer& out) {
  switch (node.value.kind()) {
    case Kind::kNull:
      out.null();
      break;
    case Kind::kBool:
      out.boolean(node.value.as_bool().value_or(false) ? json::Writer::Bool::kTrue
                                                       : json::Writer::Bool::kFalse);
      break;
    case Kind::kInt:
    case Kind::kFloat:
      write_number(node, out);
      break;
    case Kind::kString:
      out.string(node.value.text());
      break;
    case Kind::kList: {
      out.begin_array();
      const auto items = node.value.items();
      for (std::size_t i = 0; i < items.size(); ++i) {
        const Path path{&node.path, {}, i};
        write(Node{items[i], path, node.reporter}, out);
      }
      out.end_array();
      break;
    }
    case Kind::kMap:
      out.begin_object();
      for (const auto& entry : node.value.entries()) {
        const Path path{&node.path, entry.key.text()};
        out.key(entry.key.text());
        write(Node{entry.value, path, node.reporter}, out);
      }
      out.end_object();
      break;
  }
}

}  // namespace

void read_json_object(const Node& node, std::string& out) {
  if (node.is(Kind::kMap)) read_json_value(node, out);
}

void read_json_value(const Node& node, std::string& out) {
  out.clear();
  json::Writer writer(out);
  write(node, writer);
}

}  // namespace tidegate::decode
