package report

import "strings"

// The names that an anonymous report keeps. They are public: the services that
// agents support, the words that agents and providers write, and the fields that
// agents add to entries.
var (
	knownProviders = set(`ai-gateway alibaba alibaba-coding-plan anthropic arcee azure-foundry bedrock copilot copilot-acp
		deepseek gemini gmi google-gemini-cli huggingface kilocode kimi-coding kimi-coding-cn lmstudio minimax minimax-cn
		minimax-oauth nous novita nvidia ollama-cloud openai openai-api openai-codex opencode-go opencode-zen openrouter
		qwen-oauth stepfun tencent-tokenhub vertex xai xai-oauth xiaomi zai`)

	knownStatuses = set("ok exhausted dead")

	knownAuthTypes = set("api_key oauth")

	knownReasons = set(`account_deactivated api_error auth auth_permanent authentication_error balance_depleted billing
		billing_error billing_hard_limit_reached billing_not_active billing_unverified content_filter content_policy_blocked
		context_length_exceeded context_overflow format_error image_too_large
		insufficient_balance insufficient_credits insufficient_quota internal_server_error invalid_api_key invalid_grant
		invalid_request_error invalid_token long_context_tier model_not_found not_found_error operator_hold overloaded
		overloaded_error payload_too_large payment_required permission_denied permission_error provider_policy_blocked quota_exceeded
		rate_limit rate_limit_error rate_limit_exceeded refresh_token_reused request_too_large requests resource_exhausted
		server_error service_unavailable slow_down temporarily_unavailable thinking_signature timeout timeout_error token_expired
		token_invalidated token_revoked tokens too_many_requests unauthorized unauthorized_client unknown
		unsupported_country_region_territory upstream_error usage_limit_exceeded usage_limit_reached usage_not_included`)

	knownFields = set(`agent_key agent_key_expires_at agent_key_expires_in agent_key_id agent_key_obtained_at agent_key_reused
		anon_token api_key client_id created_at enabled expires_in id_token inference_base_url
		model_cooldown_observed_at obtained_at portal_base_url scope secret_source tls token_type updated_at`)
)

func set(words string) map[string]bool {
	known := map[string]bool{}
	for _, word := range strings.Fields(words) {
		known[word] = true
	}
	return known
}
