// Sources: the services' own documentation of their key formats, and GitHub's list of secret
// scanning patterns (2026-11).
#include <array>

#include "pii/rule.h"

namespace tidegate::pii {
namespace {

constexpr auto kKey = Group::kCredential;
using enum Shape;
constexpr int kByForm = 60;  // what begins as no other text does

// clang-format off
constexpr std::array kRules = std::to_array<Rule>({
  {"private_key", "PRIVATE_KEY", kKey, kPem, R"(-----BEGIN [a-z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----)", nullptr, 99, ""},
  {"aws_access_key", "AWS_ACCESS_KEY", kKey, kExact, R"(\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b)", is_random, 95, "", kByForm},
  {"aws_secret_key", "AWS_SECRET_KEY", kKey, kAssigned, R"(secret_?(?:access)?_?key["']?\s{0,3}[:=]\s{0,3}["']?[a-z0-9/+]{40}\b)", is_assigned_secret, 95, ""},
  {"google_api_key", "GOOGLE_API_KEY", kKey, kToken, R"(\bAIza[0-9a-z_-]{35})", is_random, 95, "", kByForm},
  {"google_oauth", "GOOGLE_OAUTH", kKey, kToken, R"(\bGOCSPX-[0-9a-z_-]{28})", is_random, 95, "", kByForm},
  {"azure_key", "AZURE_KEY", kKey, kAssigned, R"((?:AccountKey|SharedAccessKey)=[a-z0-9+/]{43})", is_assigned_secret, 95, ""},
  {"azure_secret", "AZURE_SECRET", kKey, kToken, R"(\b[a-z0-9_~.-]{3}[0-9]Q~[a-z0-9_~.-]{31})", is_random, 90, ""},
  {"anthropic_key", "ANTHROPIC_KEY", kKey, kToken, R"(\bsk-ant-[a-z0-9]{3,7}-[a-z0-9_-]{24})", is_random, 99, "", kByForm},
  {"openai_key", "OPENAI_KEY", kKey, kToken, R"(\bsk-(?:proj|svcacct|admin|None)-[a-z0-9_-]{32})", is_random, 98, "", kByForm},
  {"openai_key", "OPENAI_KEY", kKey, kToken, R"(\bsk-[a-z0-9]{32})", is_random, 90, ""},
  {"openrouter_key", "OPENROUTER_KEY", kKey, kToken, R"(\bsk-or-v1-[0-9a-f]{48})", is_random, 98, ""},
  {"github_token", "GITHUB_TOKEN", kKey, kToken, R"(\bgh[pousr]_[a-z0-9]{36})", is_github_token, 99, "", kByForm},
  {"github_token", "GITHUB_TOKEN", kKey, kToken, R"(\bgithub_pat_[a-z0-9]{22}_[a-z0-9]{40})", is_random, 99, "", kByForm},
  {"gitlab_token", "GITLAB_TOKEN", kKey, kToken, R"(\bgl(?:pat|dt|rt|ptt|oas)-[a-z0-9_-]{20})", is_random, 95, "", kByForm},
  {"slack_token", "SLACK_TOKEN", kKey, kToken, R"(\bxox[abeoprs]-[a-z0-9-]{16})", is_random, 95, "", kByForm},
  {"slack_token", "SLACK_TOKEN", kKey, kToken, R"(\bxapp-\d-[a-z0-9-]{20})", is_random, 95, "", kByForm},
  {"slack_webhook", "SLACK_WEBHOOK", kKey, kToken, R"(hooks\.slack\.com/services/T[a-z0-9]{6,14}/B[a-z0-9]{6,14}/[a-z0-9]{20})", is_random, 95, "", kByForm},
  {"stripe_key", "STRIPE_KEY", kKey, kToken, R"(\b(?:sk|rk)_(?:live|test)_[a-z0-9]{16})", is_random, 98, "", kByForm},
  {"stripe_webhook", "STRIPE_WEBHOOK", kKey, kToken, R"(\bwhsec_[a-z0-9+/]{32})", is_random, 95, ""},
  {"npm_token", "NPM_TOKEN", kKey, kToken, R"(\bnpm_[a-z0-9]{36})", is_github_token, 99, "", kByForm},
  {"pypi_token", "PYPI_TOKEN", kKey, kToken, R"(\bpypi-AgEIcHlwaS5vcmc[a-z0-9_-]{40})", is_random, 99, "", kByForm},
  {"huggingface_token", "HUGGINGFACE_TOKEN", kKey, kToken, R"(\bhf_[a-z0-9]{34})", is_random, 95, "", kByForm},
  {"groq_key", "GROQ_KEY", kKey, kToken, R"(\bgsk_[a-z0-9]{48})", is_random, 95, ""},
  {"xai_key", "XAI_KEY", kKey, kToken, R"(\bxai-[a-z0-9]{40})", is_random, 95, ""},
  {"replicate_token", "REPLICATE_TOKEN", kKey, kToken, R"(\br8_[a-z0-9]{37})", is_random, 95, ""},
  {"perplexity_key", "PERPLEXITY_KEY", kKey, kToken, R"(\bpplx-[a-z0-9]{40})", is_random, 95, ""},
  {"sendgrid_key", "SENDGRID_KEY", kKey, kDotted, R"(\bSG\.[a-z0-9_-]{22}\.[a-z0-9_-]{20})", is_random, 99, "", kByForm},
  {"twilio_key", "TWILIO_KEY", kKey, kExact, R"(\bSK[0-9a-f]{32}\b)", is_random, 60, "twilio"},
  {"telegram_token", "TELEGRAM_TOKEN", kKey, kToken, R"(\b\d{8,10}:AA[a-z0-9_-]{33})", is_random, 90, ""},
  {"digitalocean_token", "DIGITALOCEAN_TOKEN", kKey, kExact, R"(\bdo[opr]_v1_[0-9a-f]{64}\b)", is_random, 99, "", kByForm},
  {"shopify_token", "SHOPIFY_TOKEN", kKey, kExact, R"(\bshp(?:at|ca|pa|ss)_[0-9a-f]{32}\b)", is_random, 99, "", kByForm},
  {"databricks_token", "DATABRICKS_TOKEN", kKey, kExact, R"(\bdapi[0-9a-f]{32}\b)", is_random, 95, ""},
  {"vault_token", "VAULT_TOKEN", kKey, kToken, R"(\bhv[bs]\.[a-z0-9_-]{24})", is_random, 95, "", kByForm},
  {"jwt", "JWT", kKey, kDotted, R"(\beyJ[a-z0-9_-]{12})", is_jwt, 95, ""},
  {"url_password", "URL_PASSWORD", kKey, kUrl, R"(://[^\s/@:"'<>]{0,32}:[^\s/@"']{1,48}@)", is_url_with_password, 90, ""},
  {"secret", "SECRET", kKey, kAssigned, R"((?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|access[_-]?token|private[_-]?key|client[_-]?secret)["']?\s{0,3}[:=]\s{0,3}["']?[^\s"';,]{12})", is_assigned_secret, 60, ""},
});
// clang-format on

}  // namespace

std::span<const Rule> credential_rules() { return kRules; }

}  // namespace tidegate::pii
