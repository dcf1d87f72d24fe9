import type { IncomingHttpHeaders } from 'node:http';
import type { ReceivedRequest } from './receivedRequest';
import { invalid, refusal, type Refusal } from './refusal';

/** Which keys are taken, and where they are looked for. */
export interface KeyRules {
  /** Only this key is taken; any that is not empty where missing. */
  readonly apiKey?: string;
  /** Headers in which a key is taken; where both are there, the API reads `x-api-key`. */
  readonly auth?: 'any' | 'bearer' | 'x-api-key' | 'none';
}

const versions: readonly string[] = ['2023-06-01', '2026-10-21'];
/** As the names of betas are: what, and when. */
const betaName = /^[a-z0-9-]+-20\d\d-\d\d-\d\d$/;

export function requestKeyRefusal(
  headers: IncomingHttpHeaders,
  { apiKey, auth = 'any' }: KeyRules,
): Refusal | undefined {
  if (auth === 'none') return undefined;
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const own = [headers['x-api-key'] ?? []].flat()[0];
  const isBearer = auth === 'bearer' || (auth === 'any' && own === undefined);
  const key = isBearer ? bearer : own;
  if (key === undefined || key === '') return refusal(401, 'x-api-key header is required');
  if (apiKey === undefined || key === apiKey) return undefined;
  return refusal(401, isBearer ? 'Invalid bearer token' : 'invalid x-api-key');
}

/** Small gateways ask for no version, and know no betas. */
export function versionRefusal(
  { headers, betas }: ReceivedRequest,
  isMinimal: boolean,
): Refusal | undefined {
  const unknownBeta = betas.find((beta) => isMinimal || !betaName.test(beta));
  if (unknownBeta !== undefined) {
    return invalid(`Unexpected value(s) \`${unknownBeta}\` for the \`anthropic-beta\` header.`);
  }
  const version = headers['anthropic-version'];
  if (isMinimal) return undefined;
  if (version === undefined) return invalid('anthropic-version: header is required');
  return versions.includes(String(version))
    ? undefined
    : invalid(`anthropic-version: "${String(version)}" is not a valid version`);
}
