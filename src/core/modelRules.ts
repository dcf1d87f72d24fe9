/**
 * Whether a request to this model may end with the beginning of the answer (API: prefill). Claude models up to 4.5 take
 * one; all later ones refuse it with a 400, and models of other makers are not asked to.
 *
 * @param modelId As the API, Bedrock, Vertex or a gateway writes it: `claude-haiku-4-5-20251001`,
 * `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `anthropic/claude-3.5-sonnet`.
 */
export function acceptsPrefill(modelId: string): boolean {
  const version = claudeVersion(modelId);
  return (
    version !== undefined && (version.major < 4 || (version.major === 4 && version.minor <= 5))
  );
}

/** The version in a Claude model's id; undefined where it says none (`claude-mythos-preview`). */
function claudeVersion(modelId: string): { major: number; minor: number } | undefined {
  const name = /\bclaude-([a-z0-9.-]+)/.exec(modelId.toLowerCase())?.[1];
  const parts = name?.split(/[-.]/) ?? [];
  // A date has eight digits, a version one or two.
  const at = parts.findIndex((part) => /^\d{1,2}$/.test(part));
  const [major, minor] = parts.slice(Math.max(0, at));
  if (at < 0 || major === undefined) return undefined;
  return { major: Number(major), minor: /^\d{1,2}$/.test(minor ?? '') ? Number(minor) : 0 };
}
