import assert from 'node:assert/strict';
import type { Frame, Locator } from 'playwright-core';

/** How long a driven test waits for something to show, in ms: a bound against hanging, not a measure. */
const patienceMs = 30_000;

/** The chat panel as a person meets it: found by what is on screen, driven by keys and clicks. */
export class ChatPanel {
  constructor(readonly frame: Frame) {}

  get composer(): Locator {
    return this.frame.locator('[data-testid=composer]');
  }

  get stopButton(): Locator {
    return this.frame.locator('[data-testid=stop]');
  }

  get sendButton(): Locator {
    return this.frame.locator('[data-testid=send]');
  }

  get alerts(): Locator {
    return this.frame.locator('[role=alert]');
  }

  /** The turns of one role, oldest first. */
  turns(role: 'user' | 'assistant'): Locator {
    return this.frame.locator(`[data-turn][data-role=${role}]`);
  }

  get lastAnswer(): Locator {
    return this.turns('assistant').last();
  }

  /** Types a prompt and sends it with the keyboard; resolves when it is on screen, and its answer after it. */
  async ask(prompt: string): Promise<void> {
    const before = await this.lastPromptId();
    await this.composer.click();
    await this.composer.fill(prompt);
    await this.composer.press('Enter');
    const last = this.frame.locator('[data-turn][data-role]').last();
    await this.waitFor(async () => {
      const isNew = (await this.lastPromptId()) !== before;
      return isNew && (await last.getAttribute('data-role')) === 'assistant';
    }, 'the prompt and its answer');
  }

  /** By which a new prompt is told: of a long chat only a part is on the page, and it may be the same number of turns. */
  private async lastPromptId(): Promise<string | null> {
    const prompts = this.turns('user');
    return (await prompts.count()) === 0 ? null : prompts.last().getAttribute('data-turn');
  }

  /** The text of the last answer as it is on screen. */
  async answerText(): Promise<string> {
    const parts = await this.lastAnswer.locator('[data-testid=answer]').allInnerTexts();
    return parts.join('\n');
  }

  /** Copies the last answer, as Markdown, with its button. */
  async copyAnswer(): Promise<void> {
    const button = this.lastAnswer.getByRole('button', { name: 'Copy answer' });
    await button.click();
    await this.waitFor(
      async () => (await this.lastAnswer.getByRole('button', { name: 'Copied' }).count()) > 0,
      'the sign that the answer was copied',
    );
  }

  async lastStatus(): Promise<string | null> {
    return (await this.lastAnswer.count()) === 0
      ? null
      : this.lastAnswer.getAttribute('data-status');
  }

  async waitForStatus(...kinds: string[]): Promise<void> {
    await this.waitFor(
      async () => kinds.includes((await this.lastStatus()) ?? ''),
      `status ${kinds.join(' or ')}`,
    );
  }

  async waitForText(text: string): Promise<void> {
    await this.waitFor(
      async () => (await this.answerText()).includes(text),
      `"${text}" in the answer`,
    );
  }

  /** The button with this name, wherever it is in the panel. */
  button(name: string | RegExp): Locator {
    return this.frame.getByRole('button', { name });
  }

  /** Waits until the condition holds; fails with what was waited for and what was on screen instead. */
  async waitFor(condition: () => Promise<boolean>, what: string): Promise<void> {
    const until = Date.now() + patienceMs;
    while (!(await condition().catch(isTakenAway))) {
      if (Date.now() > until) {
        const seen = await this.frame
          .locator('body')
          .innerText({ timeout: 1_000 })
          .catch((error: unknown) => `nothing: ${String(error)}`);
        assert.fail(`waited in vain for ${what}; the panel shows:\n${seen}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** The editor may put another frame in the place of a view's while it is asked: that is no answer. */
function isTakenAway(error: unknown): false {
  if (error instanceof Error && /frame was detached|context was destroyed/i.test(error.message)) {
    return false;
  }
  throw error;
}
