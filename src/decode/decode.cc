#include "decode/decode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "decode/kinds.h"
#include "decode/spelling.h"

namespace tidegate::decode {
namespace {

constexpr std::string_view kGateway = resource::kGatewayGroup;
constexpr std::string_view kExperimental = "gateway.networking.x-k8s.io";
constexpr std::string_view kTidegate = resource::kTidegateGroup;
constexpr std::size_t kMaxListDepth = 4;  // lists inside lists

// What a document says it is.
struct Header {
  std::string_view api_version;
  std::string_view kind;

  std::string_view group() const {
    const auto slash = api_version.find('/');
    return slash == std::string_view::npos ? "" : api_version.substr(0, slash);
  }
  Version version() const {
    const auto slash = api_version.find('/');
    return slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
  }
};

// The text of a field that is a string; empty otherwise.
std::string_view text_of(const yaml::Value& map, std::string_view key) {
  const yaml::Value* value = map.find(key);
  return value != nullptr && value->kind() == yaml::Kind::kString ? value->text() : "";
}

template <class T>
AnyObject decode_as(ObjectReader& root, Version version, resource::ObjectMeta meta,
                    resource::Source source) {
  auto object = std::make_shared<T>();
  object->meta = std::move(meta);
  object->source = std::move(source);
  read_body(root, version, *object);
  return std::shared_ptr<const T>(std::move(object));
}

struct KindEntry {
  std::string_view group;
  std::string_view kind;
  std::array<std::string_view, 3> versions;  // served upstream; the rest empty
  Scope scope;
  AnyObject (*decode)(ObjectReader&, Version, resource::ObjectMeta, resource::Source);
};

constexpr auto kNamespaced = Scope::kNamespaced;
constexpr auto kCluster = Scope::kCluster;
constexpr KindEntry kKinds[] = {
    {kGateway, "GatewayClass", {"v1", "v1beta1"}, kCluster, decode_as<resource::GatewayClass>},
    {kGateway, "Gateway", {"v1", "v1beta1"}, kNamespaced, decode_as<resource::Gateway>},
    {kGateway, "ListenerSet", {"v1"}, kNamespaced, decode_as<resource::ListenerSet>},
    {kGateway, "HTTPRoute", {"v1", "v1beta1"}, kNamespaced, decode_as<resource::HttpRoute>},
    {kGateway, "GRPCRoute", {"v1"}, kNamespaced, decode_as<resource::GrpcRoute>},
    {kGateway,
     "TLSRoute",
     {"v1", "v1alpha3", "v1alpha2"},
     kNamespaced,
     decode_as<resource::TlsRoute>},
    {kGateway, "TCPRoute", {"v1", "v1alpha2"}, kNamespaced, decode_as<resource::TcpRoute>},
    {kGateway, "UDPRoute", {"v1", "v1alpha2"}, kNamespaced, decode_as<resource::UdpRoute>},
    {kGateway,
     "ReferenceGrant",
     {"v1", "v1beta1"},
     kNamespaced,
     decode_as<resource::ReferenceGrant>},
    {kGateway,
     "BackendTLSPolicy",
     {"v1", "v1alpha3"},
     kNamespaced,
     decode_as<resource::BackendTlsPolicy>},
    {kTidegate, "Backend", {"v1alpha1"}, kNamespaced, decode_as<resource::Backend>},
    {resource::kAiNetworkingGroup,
     "XBackendDestination",
     {"v0alpha0"},
     kNamespaced,
     decode_as<resource::XBackendDestination>},
    {kTidegate, "AccessPolicy", {"v1alpha1"}, kNamespaced, decode_as<resource::AccessPolicy>},
    {kTidegate,
     "PayloadProcessingPipeline",
     {"v1alpha1"},
     kNamespaced,
     decode_as<resource::PayloadPipeline>},
    {"", "Service", {"v1"}, kNamespaced, decode_as<resource::Service>},
    {"discovery.k8s.io", "EndpointSlice", {"v1"}, kNamespaced, decode_as<resource::EndpointSlice>},
    {"", "Secret", {"v1"}, kNamespaced, decode_as<resource::SecretObject>},
    {"", "ConfigMap", {"v1"}, kNamespaced, decode_as<resource::ConfigMap>},
    {"", "Namespace", {"v1"}, kCluster, decode_as<resource::Namespace>},
};

// The variant's alternatives are in the order of kKinds, so an object's index finds its entry.
static_assert(std::size(kKinds) == std::variant_size_v<AnyObject>);

const KindEntry* find_kind(std::string_view group, std::string_view kind) {
  const auto* entry = std::ranges::find_if(
      kKinds, [&](const KindEntry& e) { return e.group == group && e.kind == kind; });
  return entry == std::end(kKinds) ? nullptr : entry;
}

bool is_own_group(std::string_view group) { return group == kGateway || group == kTidegate; }

// Kinds of Kubernetes itself that files may hold beside ours, because the same files are meant for
// a cluster.
bool is_kubernetes_kind(std::string_view group, std::string_view kind) {
  constexpr std::string_view kCoreKinds[] = {"Pod",
                                             "PodTemplate",
                                             "ReplicationController",
                                             "ServiceAccount",
                                             "Node",
                                             "PersistentVolumeClaim",
                                             "PersistentVolume",
                                             "ResourceQuota",
                                             "Endpoints",
                                             "LimitRange",
                                             "Event"};
  constexpr std::string_view kGroups[] = {"apps", "batch", "autoscaling", "policy"};
  if (group.empty()) return std::ranges::find(kCoreKinds, kind) != std::end(kCoreKinds);
  return group.ends_with(".k8s.io") || std::ranges::find(kGroups, group) != std::end(kGroups);
}

// What to say of a kind that is not in the table: an error unless it is Kubernetes' own.
void report_foreign_kind(const ObjectReader& root, const Header& header) {
  const auto group = header.group();
  constexpr std::string_view kOwnGroups[] = {kGateway, kTidegate};
  const auto similar_group = find_similar(group, kOwnGroups);
  if (!is_own_group(group) && group != kExperimental && similar_group) {
    root.fail("apiVersion",
              fmt::format("unknown group \"{}\"; did you mean \"{}\"?", group, *similar_group));
    return;
  }
  const auto same_kind = std::ranges::find(kKinds, header.kind, &KindEntry::kind);
  if (same_kind != std::end(kKinds) && (is_own_group(group) || group.empty())) {
    const bool core = same_kind->group.empty();
    root.fail("apiVersion", fmt::format("{} belongs to {}{}{}", header.kind, same_kind->group,
                                        core ? "" : "/", same_kind->versions[0]));
    return;
  }
  std::vector<std::string_view> names;
  for (const auto& entry : kKinds) {
    if (entry.group == group) names.push_back(entry.kind);
  }
  const auto similar = find_similar(header.kind, names);
  const auto hint = similar ? fmt::format("; did you mean \"{}\"?", *similar) : "";
  if (is_own_group(group)) {
    root.fail("kind", fmt::format("unknown kind \"{}\" of {}{}", header.kind, group, hint));
    return;
  }
  const std::string text =
      fmt::format("{} {} is not read by the gateway{}", header.api_version, header.kind, hint);
  if (!is_kubernetes_kind(group, header.kind)) return root.fail("kind", text);
  const Path path{&root.node().path, "kind"};
  const Node kind{*root.node().value.find("kind"), path, root.node().reporter};
  kind.warn("ignored: " + text);
}

void report_version(const ObjectReader& root, const Header& header, const KindEntry& entry) {
  std::vector<std::string_view> served;
  for (const auto version : entry.versions) {
    if (!version.empty()) served.push_back(version);
  }
  root.fail("apiVersion", fmt::format("must be {}{}{} for {}, not \"{}\"", entry.group,
                                      entry.group.empty() ? "" : "/", fmt::join(served, " or "),
                                      entry.kind, header.api_version));
}

// Names the object in the problems that follow, before its metadata is checked.
void set_object(const Node& node, const Header& header, const KindEntry* entry) {
  const yaml::Value* metadata = node.value.find("metadata");
  const auto name = metadata != nullptr ? text_of(*metadata, "name") : "";
  auto ns = metadata != nullptr ? text_of(*metadata, "namespace") : "";
  if (ns.empty() && entry != nullptr && entry->scope == Scope::kNamespaced) ns = "default";
  node.reporter.set_object(header.kind, ns, name);
}

class DocumentDecoder {
 public:
  DocumentDecoder(const Options& options, std::vector<AnyObject>& objects,
                  std::vector<resource::Problem>& problems)
      : options_(options), objects_(objects), problems_(problems) {}

  void decode(const yaml::Value& value, const Path& path, std::size_t depth) {
    Reporter reporter(options_.file, options_.unknown_fields, problems_);
    const Node node{value, path, reporter};
    if (!node.is(yaml::Kind::kMap)) return;
    const Header header{text_of(value, "apiVersion"), text_of(value, "kind")};
    const KindEntry* entry = find_kind(header.group(), header.kind);
    set_object(node, header, entry);
    if (header.kind.ends_with("List") &&
        (header.kind == "List" || value.find("items") != nullptr)) {
      return decode_list(node, depth);
    }
    const bool served =
        entry != nullptr && !header.version().empty() &&
        std::ranges::find(entry->versions, header.version()) != entry->versions.end();
    if (served) {
      decode_object(node, header, *entry);
    } else {
      refuse(node, header, entry);
    }
  }

 private:
  void decode_list(const Node& node, std::size_t depth) {
    ObjectReader list(node);
    list.ignore({"apiVersion", "kind", "metadata", "items"});
    const yaml::Value* value = node.value.find("items");
    if (value == nullptr || value->kind() == yaml::Kind::kNull) return;
    if (depth >= kMaxListDepth) return node.fail("has too many lists inside lists");
    const Path path{&node.path, "items"};
    if (!Node{*value, path, node.reporter}.is(yaml::Kind::kList)) return;
    const auto items = value->items();
    for (std::size_t i = 0; i < items.size(); ++i) decode(items[i], Path{&path, {}, i}, depth + 1);
  }

  void decode_object(const Node& node, const Header& header, const KindEntry& entry) {
    resource::ObjectMeta meta;
    AnyObject object;
    {
      ObjectReader root(node);
      root.ignore({"apiVersion", "kind", "status"});
      root.required("metadata", meta, [&entry](const Node& metadata, resource::ObjectMeta& out) {
        read_metadata(metadata, entry.scope, out);
      });
      object = entry.decode(root, header.version(), std::move(meta),
                            {options_.file, node.value.mark().line});
    }
    if (node.reporter.errors() == 0) objects_.push_back(std::move(object));
  }

  // Says why an object is not read. Nothing of it is looked at, so no field of it is unknown.
  static void refuse(const Node& node, const Header& header, const KindEntry* entry) {
    ObjectReader root(node);
    for (const auto& field : node.value.entries()) root.ignore({field.key.text()});
    std::string text;
    const bool versioned = root.required("apiVersion", text, Text{.min = 1});
    const bool named = root.required("kind", text, Text{.min = 1});
    if (!versioned || !named || header.kind.empty() || header.api_version.empty()) return;
    if (entry == nullptr) return report_foreign_kind(root, header);
    report_version(root, header, *entry);
  }

  const Options& options_;
  std::vector<AnyObject>& objects_;
  std::vector<resource::Problem>& problems_;
};

// One function out of a lambda per alternative.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

// Calls `visit` with the list of the object's kind and the object.
template <class Visit>
void visit_list(resource::ResourceSet& set, const AnyObject& object, const Visit& visit) {
  const auto of = [&visit]<class T>(resource::Objects<T>& objects) {
    return [&](const std::shared_ptr<const T>& one) { visit(objects, one); };
  };
  const auto other_spelling = [&](const std::shared_ptr<const resource::XBackendDestination>& one) {
    visit(set.backends, one);
  };
  const Overloaded choose{
      other_spelling,
      of(set.gateway_classes),
      of(set.gateways),
      of(set.listener_sets),
      of(set.http_routes),
      of(set.grpc_routes),
      of(set.tls_routes),
      of(set.tcp_routes),
      of(set.udp_routes),
      of(set.reference_grants),
      of(set.backend_tls_policies),
      of(set.backends),
      of(set.access_policies),
      of(set.payload_pipelines),
      of(set.services),
      of(set.endpoint_slices),
      of(set.secrets),
      of(set.config_maps),
      of(set.namespaces),
  };
  std::visit(choose, object);
}

}  // namespace

ObjectKey key_of(const AnyObject& object) {
  const auto& kind = kKinds[object.index()].kind;
  return std::visit(
      [&kind](const auto& pointer) {
        return ObjectKey{kind, pointer->meta.namespace_, pointer->meta.name};
      },
      object);
}

const resource::Source& source_of(const AnyObject& object) {
  return std::visit([](const auto& pointer) -> const auto& { return pointer->source; }, object);
}

bool is_null(const AnyObject& object) {
  return std::visit([](const auto& pointer) { return pointer == nullptr; }, object);
}

void add_to(resource::ResourceSet& set, const AnyObject& object) {
  visit_list(set, object, [](auto& objects, const auto& one) { objects.push_back(one); });
}

void replace_in(resource::ResourceSet& set, const AnyObject& before, const AnyObject& now) {
  visit_list(set, now, [&before](auto& objects, const auto& one) {
    using Pointer = std::decay_t<decltype(one)>;
    const auto place = std::find(objects.begin(), objects.end(), std::get<Pointer>(before));
    TIDEGATE_CHECK(place != objects.end());
    *place = one;
  });
}

void decode_document(const yaml::Value& root, const Options& options,
                     std::vector<AnyObject>& objects, std::vector<resource::Problem>& problems) {
  if (root.kind() == yaml::Kind::kNull) return;
  DocumentDecoder(options, objects, problems).decode(root, Path{}, 0);
}

}  // namespace tidegate::decode
