#include "processors/ext_proc/attributes.h"

#include <variant>

namespace tidegate::processors::ext_proc {
namespace {

constexpr decode::Choice<Attribute> kNames[] = {{"request.path", Attribute::kRequestPath},
                                                {"request.url_path", Attribute::kRequestUrlPath},
                                                {"request.query", Attribute::kRequestQuery},
                                                {"request.host", Attribute::kRequestHost},
                                                {"request.scheme", Attribute::kRequestScheme},
                                                {"request.method", Attribute::kRequestMethod},
                                                {"request.protocol", Attribute::kRequestProtocol},
                                                {"request.id", Attribute::kRequestId},
                                                {"request.referer", Attribute::kRequestReferer},
                                                {"request.useragent", Attribute::kRequestUserAgent},
                                                {"response.code", Attribute::kResponseCode},
                                                {"source.address", Attribute::kSourceAddress},
                                                {"xds.route_name", Attribute::kRouteName},
                                                {"xds.cluster_name", Attribute::kClusterName},
                                                {"tidegate.model", Attribute::kModel},
                                                {"tidegate.region", Attribute::kRegion}};

// Empty: it has none.
std::string_view text_of(Attribute attribute, const pipeline::Message& message) {
  const http::RequestHead& request = *message.request;
  switch (attribute) {
    case Attribute::kRequestPath:
      return request.target;
    case Attribute::kRequestUrlPath:
      return request.path();
    case Attribute::kRequestQuery:
      return request.query();
    case Attribute::kRequestHost:
      return request.authority;
    case Attribute::kRequestScheme:
      return request.scheme;
    case Attribute::kRequestMethod:
      return request.method;
    case Attribute::kRequestProtocol:
      return http::to_string(request.version);
    case Attribute::kRequestId:
      return request.fields.find(http::HeaderId::kXRequestId).value_or("");
    case Attribute::kRequestReferer:
      return request.fields.find("referer").value_or("");
    case Attribute::kRequestUserAgent:
      return request.fields.find(http::HeaderId::kUserAgent).value_or("");
    case Attribute::kSourceAddress:
      return message.client_ip;
    case Attribute::kRouteName:
      return message.route;
    case Attribute::kClusterName:
      return message.backend;
    case Attribute::kModel:
      return message.model;
    case Attribute::kRegion:
      return message.region.value_or("");
    case Attribute::kResponseCode:
      break;
  }
  return "";
}

}  // namespace

void read_attribute(const decode::Node& node, Attribute& out) { decode::one_of(kNames)(node, out); }

void add_attributes(const std::vector<Attribute>& names, const pipeline::Message& message,
                    Context& to) {
  for (const Attribute attribute : names) {
    const std::string_view name = kNames[static_cast<std::size_t>(attribute)].word;
    if (attribute == Attribute::kResponseCode) {
      if (message.response == nullptr) continue;
      to.attributes.emplace_back(name, static_cast<double>(message.response->status));
      continue;
    }
    const std::string_view text = text_of(attribute, message);
    if (!text.empty()) to.attributes.emplace_back(name, text);
  }
}

}  // namespace tidegate::processors::ext_proc
