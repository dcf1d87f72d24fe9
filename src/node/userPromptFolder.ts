import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the person's own prompts are, whatever the workspace. */
export function userPromptFolder(): string {
  return join(homedir(), '.caudal', 'prompts');
}
