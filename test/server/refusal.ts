/** A refusal in the API's words (API: errors). */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

const types: ReadonlyMap<number, readonly [type: string, message: string]> = new Map([
  [400, ['invalid_request_error', 'The request was malformed.']],
  [401, ['authentication_error', 'invalid x-api-key']],
  [
    402,
    [
      'billing_error',
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ],
  ],
  [
    403,
    ['permission_error', 'Your API key does not have permission to use the specified resource.'],
  ],
  [404, ['not_found_error', 'Not Found']],
  [405, ['invalid_request_error', 'Method Not Allowed']],
  [408, ['timeout_error', 'Request timed out']],
  [409, ['conflict_error', 'The resource was changed by another request.']],
  [413, ['request_too_large', 'Request exceeds the maximum size']],
  [
    429,
    [
      'rate_limit_error',
      'This request would exceed your organization’s rate limit of 50 requests per minute.',
    ],
  ],
  [500, ['api_error', 'Internal server error']],
  [503, ['api_error', 'Service temporarily unavailable']],
  [504, ['timeout_error', 'Request timed out']],
  [529, ['overloaded_error', 'Overloaded']],
]);

/** What the API says with this status, where nothing more particular is known. */
export function refusal(status: number, message?: string, type?: string): Refusal {
  const [usualType, usualMessage] = types.get(status) ??
    types.get(status < 500 ? 400 : 500) ?? ['api_error', ''];
  return { status, type: type ?? usualType, message: message ?? usualMessage };
}

export function invalid(message: string): Refusal {
  return refusal(400, message);
}

/** The body of a refusal; an `error` event has the same. */
export function errorBody(type: string, message: string, requestId: string): unknown {
  return { type: 'error', error: { type, message }, request_id: requestId };
}
