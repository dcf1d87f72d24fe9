import type { JsonObject } from './json';
import { ToolRefusal, type Tool } from './tool';

/**
 * The tool, but a call is refused where it is about something else by the time it runs than when the person was asked: a
 * file may have become a link meanwhile.
 */
export function sameSubject(tool: Tool): Tool {
  const asked = new WeakMap<JsonObject, string>();
  return {
    ...tool,
    subject: async (input) => {
      const subject = await tool.subject(input);
      asked.set(input, JSON.stringify(subject));
      return subject;
    },
    run: async (input, call) => {
      const before = asked.get(input);
      if (before !== undefined && JSON.stringify(await tool.subject(input)) !== before) {
        throw new ToolRefusal('The path leads somewhere else than when it was asked about.');
      }
      return tool.run(input, call);
    },
  };
}
