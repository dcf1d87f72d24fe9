import type { ApprovalRule } from '../../src/core/approvalPolicy';
import type { BlobRef, BlobStore } from '../../src/core/blob';
import type { JsonObject } from '../../src/core/json';
import type { Tool, ToolCall, ToolEffect, ToolOutcome, ToolSubject } from '../../src/core/tool';
import type { ToolPorts } from '../../src/core/toolPorts';

/** One call that a tool of a test got; the test ends it. */
export interface RunningCall {
  readonly tool: string;
  readonly input: JsonObject;
  readonly call: ToolCall;
  done(text: string): void;
  end(outcome: ToolOutcome): void;
  fail(error: unknown): void;
}

const pathSchema: JsonObject = {
  type: 'object',
  properties: { path: { type: 'string' } },
  required: ['path'],
  additionalProperties: false,
};

/** Tools that a test runs by hand, and everything else that a conversation needs for tools. */
export class ToolGround {
  readonly calls: RunningCall[] = [];
  readonly kept: ApprovalRule[] = [];
  readonly blobs = new MemoryBlobs();
  isTrusted = true;
  limits = { messages: 50, costUsd: 100 };
  tools: readonly Tool[] = [
    this.tool('read', 'read', pathSchema, pathSubject),
    this.tool('edit', 'edit', pathSchema, pathSubject),
    this.tool('run', 'execute', { type: 'object' }, commandSubject),
    this.tool('look', 'read', { type: 'object' }, () => ({ kind: 'none' })),
  ];

  readonly ports: ToolPorts = {
    list: () => Promise.resolve(this.tools),
    rules: () => this.kept,
    keepRules: (rules) => this.kept.push(...rules),
    isTrusted: () => this.isTrusted,
    blobs: this.blobs,
    limits: () => this.limits,
  };

  get running(): readonly string[] {
    return this.calls.map(({ tool, input }) => `${tool} ${Object.values(input).join(' ')}`.trim());
  }

  tool(
    name: string,
    effect: ToolEffect,
    inputSchema: JsonObject,
    subject: (input: JsonObject) => ToolSubject,
  ): Tool {
    return {
      name,
      description: `Tool ${name}`,
      inputSchema,
      effect,
      hasLongInput: effect === 'edit',
      subject: (input) => new Promise((resolve) => resolve(subject(input))),
      run: (input, call) =>
        new Promise((resolve, reject) => {
          this.calls.push({
            tool: name,
            input,
            call,
            end: resolve,
            done: (text) => resolve({ content: [{ kind: 'text', text }], isError: false }),
            fail: reject,
          });
        }),
    };
  }
}

/** Paths that begin with `/` are outside of the workspace; `.env` is a secret. */
function pathSubject({ path }: JsonObject): ToolSubject {
  const name = String(path);
  return {
    kind: 'paths',
    paths: [{ path: name, inWorkspace: !name.startsWith('/'), isSecret: name.endsWith('.env') }],
  };
}

function commandSubject({ command }: JsonObject): ToolSubject {
  return { kind: 'command', command: String(command), cwd: '' };
}

export class MemoryBlobs implements BlobStore {
  readonly kept = new Map<string, Uint8Array>();

  put(data: Uint8Array, mediaType: string): Promise<BlobRef> {
    const sha256 = `sha-${this.kept.size + 1}`;
    this.kept.set(sha256, data);
    return Promise.resolve({ sha256, mediaType, size: data.length });
  }

  get({ sha256 }: BlobRef): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.kept.get(sha256));
  }
}
