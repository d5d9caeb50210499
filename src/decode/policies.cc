#include "decode/kinds.h"
#include "decode/parts.h"

namespace tidegate::decode {
namespace {

void read_from(const Node& node, resource::ReferenceGrantFrom& out) {
  ObjectReader object(node);
  object.required("group", out.group, kGroup);
  object.required("kind", out.kind, kKind);
  object.required("namespace", out.namespace_, kNamespace);
}

void read_to(const Node& node, resource::ReferenceGrantTo& out) {
  ObjectReader object(node);
  object.required("group", out.group, kGroup);
  object.required("kind", out.kind, kKind);
  object.optional("name", out.name, kObjectName);
}

void read_grant(const Node& node, resource::ReferenceGrant& out) {
  ObjectReader spec(node);
  spec.required_list("from", out.from, {.min = 1, .max = 16}, read_from);
  spec.required_list("to", out.to, {.min = 1, .max = 16}, read_to);
}

// One of hostname and uri, as `type` says.
void read_subject_alt_name(const Node& node, resource::SubjectAltName& out) {
  using Type = resource::SubjectAltName::Type;
  constexpr Choice<Type> kTypes[] = {{"Hostname", Type::kHostname}, {"URI", Type::kUri}};
  constexpr Text kUri{.min = 1, .max = 253, .valid = is_absolute_uri, .must = "be an absolute URI"};
  ObjectReader object(node);
  object.required("type", out.type, one_of(kTypes));
  if (out.type == Type::kHostname) {
    object.required("hostname", out.value, kWildcardHostname);
    if (object.has("uri")) object.fail("uri", "must be absent unless type is URI");
    object.ignore({"uri"});
  } else {
    object.required("uri", out.value, kUri);
    if (object.has("hostname")) object.fail("hostname", "must be absent unless type is Hostname");
    object.ignore({"hostname"});
  }
}

bool is_well_known_set(std::string_view text) {
  return text == "System" || (text.find('/') != std::string_view::npos && is_qualified_name(text));
}

void read_validation(const Node& node, resource::BackendTlsValidation& out) {
  constexpr Text kWellKnown{.min = 1,
                            .max = 253,
                            .valid = is_well_known_set,
                            .must = "be System or a domain-prefixed name"};
  ObjectReader object(node);
  object.list("caCertificateRefs", out.ca_certificate_refs, {.max = 8}, read_local_ref);
  object.optional("wellKnownCACertificates", out.well_known_ca_certificates, kWellKnown);
  object.required("hostname", out.hostname, kHostname);
  object.list("subjectAltNames", out.subject_alt_names, {.max = 5}, read_subject_alt_name);
  const bool refs = !out.ca_certificate_refs.empty();
  const bool known = object.has("wellKnownCACertificates");
  if (refs && known)
    object.fail("must have only one of caCertificateRefs and wellKnownCACertificates");
  if (!refs && !known)
    object.fail("must have one of caCertificateRefs and wellKnownCACertificates");
}

// Of two references to one target both or neither say sectionName, and it differs.
void check_targets(const ObjectReader& spec,
                   const std::vector<resource::PolicyTargetReference>& refs) {
  for (std::size_t i = 1; i < refs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto& a = refs[i];
      const auto& b = refs[j];
      if (a.group != b.group || a.kind != b.kind || a.name != b.name) continue;
      if (a.section_name && b.section_name && a.section_name != b.section_name) continue;
      spec.fail_item("targetRefs", i,
                     "names a target that came before, without a sectionName of its own");
      break;
    }
  }
}

void read_policy(const Node& node, resource::BackendTlsPolicy& out) {
  ObjectReader spec(node);
  spec.required_list("targetRefs", out.target_refs, {.min = 1, .max = 16}, read_policy_target_ref);
  spec.required("validation", out.validation, read_validation);
  spec.optional("options", out.options, kOptions);
  check_targets(spec, out.target_refs);
}

}  // namespace

void read_body(ObjectReader& root, Version, resource::ReferenceGrant& out) {
  root.required("spec", out, read_grant);
}

void read_body(ObjectReader& root, Version, resource::BackendTlsPolicy& out) {
  root.required("spec", out, read_policy);
}

}  // namespace tidegate::decode
