import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { isThinking } from './messageHistory';
import type { MessageRequest } from './messageTransport';
import { acceptsPrefill } from './modelRules';
import type { ResumePlan } from './resumePlan';

/** A plan by which an answer goes on, instead of beginning again. */
export type ContinuationPlan = Extract<
  ResumePlan,
  { readonly kind: 'prefill' } | { readonly kind: 'continue' }
>;

/**
 * Whether this request may end with the beginning of the answer: with thinking or an output format, no model takes
 * that (API: extended thinking, structured outputs).
 */
export function takesPrefill({ model, thinking, output_config }: MessageRequest): boolean {
  const thinks = thinking !== undefined && thinking.type !== 'disabled';
  return acceptsPrefill(model) && !thinks && !output_config?.format;
}

/** The request that lets an answer go on from where it was cut (API: error recovery). */
export function continuationRequest(
  request: MessageRequest,
  plan: ContinuationPlan,
  options: { readonly withThinking: boolean },
): MessageRequest {
  const content = options.withThinking
    ? plan.assistantContent
    : plan.assistantContent.filter((block) => !isThinking(block));
  const more: MessageParam[] = [{ role: 'assistant', content: [...content] }];
  if (plan.kind === 'continue') {
    more.push({ role: 'user', content: [{ type: 'text', text: plan.userText }] });
  }
  return { ...request, messages: [...request.messages, ...more] };
}
