package tokens

// own are formats that the library lacks, each by the provider's documentation
// of its tokens.
var own = []rule{
	{id: "google-oauth-client-secret", pattern: `\bGOCSPX-[\w-]{28}\b`, reach: 48, entropy: 3, heads: []head{{text: "GOCSPX-", next: "--09AZ__az", least: 28}}},
	{id: "discord-webhook-url", pattern: `https://(?:canary\.|ptb\.)?discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,80}`, reach: 128, entropy: 3, heads: []head{{text: "https://discord"}, {text: "https://canary.discord"}, {text: "https://ptb.discord"}}},
	{id: "docker-access-token", pattern: `\bdckr_(?:pat|oat)_[\w-]{27,32}`, reach: 48, entropy: 3, heads: []head{{text: "dckr_pat_", next: "--09AZ__az", least: 27}, {text: "dckr_oat_", next: "--09AZ__az", least: 27}}},
	{id: "atlassian-api-token", pattern: `\bATATT3[A-Za-z0-9_\-=]{186}\b`, reach: 224, entropy: 3.5, heads: []head{{text: "ATATT3", word: true, next: "--09==AZ__az", least: 32}}},
	{id: "telegram-bot-api-token", pattern: `\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b`, reach: 64, entropy: 3, inside: true, heads: []head{{text: ":AA", next: "--09AZ__az", least: 32}}},
	{id: "mailgun-private-api-token", pattern: `\bkey-[a-f0-9]{32}\b`, reach: 48, entropy: 3, heads: []head{{text: "key-", word: true, next: "09af", least: 32}}},
	{id: "stripe-webhook-secret", pattern: `\bwhsec_[A-Za-z0-9]{24,64}\b`, reach: 80, entropy: 3, heads: []head{{text: "whsec_", word: true, next: "09AZaz", least: 24}}},
	{id: "supabase-access-token", pattern: `\bsbp_[a-f0-9]{40}\b`, reach: 56, entropy: 3, heads: []head{{text: "sbp_", word: true, next: "09af", least: 32}}},
	{id: "supabase-secret-key", pattern: `\bsb_secret_[\w-]{31,40}`, reach: 64, entropy: 3, heads: []head{{text: "sb_secret_", word: true, next: "--09AZ__az", least: 31}}},
	{id: "slack-token", pattern: `\bxox[bp]-\d{10,13}-\d{10,13}(?:-\d{10,13})?-[A-Za-z0-9]{20,34}\b`, reach: 96, entropy: 3, heads: []head{{text: "xoxb-", next: "09", least: 10}, {text: "xoxp-", next: "09", least: 10}}},
	{id: "braintree-access-token", pattern: `\baccess_token\$production\$[a-z0-9]{16}\$[a-f0-9]{32}\b`, reach: 96, entropy: 3, heads: []head{{text: "access_token$production$", next: "09az", least: 16}}},
}
