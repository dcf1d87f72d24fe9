import assert from 'node:assert/strict';
import {
  decideCall,
  parseApprovalRule,
  type ApprovalContext,
  type ApprovalRule,
  type ToolMode,
} from '../../src/core/approvalPolicy';
import type { ToolEffect, ToolSubject } from '../../src/core/tool';

function paths(...list: readonly string[]): ToolSubject {
  return {
    kind: 'paths',
    paths: list.map((path) => ({
      path,
      inWorkspace: !path.startsWith('/'),
      isSecret: path.endsWith('.env'),
    })),
  };
}

function command(line: string): ToolSubject {
  return { kind: 'command', command: line, cwd: '' };
}

function allow(rule: Partial<ApprovalRule> = {}): ApprovalRule {
  return { decision: 'allow', tool: '*', ...rule };
}

/** The verdict in a word, with its reason. */
function verdict(
  effect: ToolEffect,
  subject: ToolSubject,
  more: Partial<ApprovalContext> = {},
): string {
  const context: ApprovalContext = { mode: 'ask', isTrusted: true, rules: [], ...more };
  const decided = decideCall({ tool: 'tool', effect, subject }, context);
  return decided.kind === 'allow' ? 'allow' : `${decided.kind} ${decided.reason}`;
}

describe('approvalPolicy', () => {
  it('lets read in the workspace, and asks about all else', () => {
    const none: ToolSubject = { kind: 'none' };
    const url: ToolSubject = { kind: 'url', url: 'https://a.org/x' };
    assert.equal(verdict('read', paths('a', 'b')), 'allow');
    assert.equal(verdict('read', none), 'allow');
    assert.equal(verdict('ask', none), 'allow');
    assert.equal(verdict('read', paths('a', '/etc/passwd')), 'ask outside');
    assert.equal(verdict('read', paths('.env')), 'ask secret');
    assert.equal(verdict('edit', paths('a')), 'ask effect');
    assert.equal(verdict('edit', none), 'ask effect');
    assert.equal(verdict('execute', command('ls')), 'ask effect');
    assert.equal(verdict('network', url), 'ask effect');
    assert.equal(verdict('network', { kind: 'url', url: 'no url' }), 'ask effect');
  });

  it('holds to the mode', () => {
    const modes: [ToolMode, string, string, string][] = [
      ['ask', 'allow', 'ask effect', 'ask effect'],
      ['plan', 'allow', 'deny plan', 'deny plan'],
      ['edit', 'allow', 'allow', 'ask effect'],
    ];
    for (const [mode, read, edit, run] of modes) {
      assert.equal(verdict('read', paths('a'), { mode }), read);
      assert.equal(verdict('edit', paths('a'), { mode }), edit);
      assert.equal(verdict('execute', command('ls'), { mode }), run);
    }
    const mode = 'edit';
    assert.equal(verdict('edit', paths('/tmp/a'), { mode }), 'ask outside');
    assert.equal(verdict('edit', paths('a', '.env'), { mode }), 'ask secret');
    assert.equal(verdict('edit', { kind: 'none' }, { mode }), 'ask effect');
  });

  it('asks always about secrets and about files that decide what runs, whatever the rules say', () => {
    const context = { mode: 'edit', rules: [allow()] } as const;
    for (const path of [
      '.vscode/settings.json',
      '.VSCODE/tasks.json',
      'sub/.vscode/tasks.json',
      '.git/hooks/pre-commit',
      'sub/.git/config',
      'my.code-workspace',
    ]) {
      assert.equal(verdict('edit', paths(path), context), 'ask protected', path);
      assert.equal(verdict('read', paths(path), context), 'allow', path);
    }
    assert.equal(verdict('read', paths('.env'), context), 'ask secret');
    assert.equal(verdict('edit', paths('a'), context), 'allow');
  });

  it('does nothing in a workspace that is not trusted', () => {
    const context = { isTrusted: false, rules: [allow()] };
    for (const effect of ['read', 'edit', 'execute', 'network', 'ask'] as const) {
      assert.equal(verdict(effect, { kind: 'none' }, context), 'deny untrusted');
    }
  });

  it('allows by rules for a tool, a path, a command and a server', () => {
    const run = (line: string, ...rules: ApprovalRule[]): string =>
      verdict('execute', command(line), { rules });
    assert.equal(run('npm test', allow({ tool: 'tool' })), 'allow');
    assert.equal(run('npm test', allow({ tool: 'other' })), 'ask effect');
    assert.equal(run('npm test', allow({ command: 'npm test' })), 'allow');
    assert.equal(run('npm test -- --grep x', allow({ command: 'npm test' })), 'allow');
    assert.equal(run('npm testing', allow({ command: 'npm test' })), 'ask effect');
    assert.equal(run('npm', allow({ command: 'npm test' })), 'ask effect');
    assert.equal(run('"npm"  test', allow({ command: 'npm test' })), 'allow');
    assert.equal(run('npm test', allow({ command: 'npm', path: '**' })), 'ask effect');
    const edit = (path: string, pattern: string): string =>
      verdict('edit', paths(path), { rules: [allow({ path: pattern })] });
    assert.equal(edit('src/a/b.ts', 'src/**'), 'allow');
    assert.equal(edit('src/b.ts', 'src/**/*.ts'), 'allow');
    assert.equal(edit('srcs/b.ts', 'src/**'), 'ask effect');
    assert.equal(edit('src/a/b.ts', 'src/*'), 'ask effect');
    assert.equal(edit('/tmp/a', '/tmp/**'), 'allow');
    const url: ToolSubject = { kind: 'url', url: 'https://a.org/x' };
    assert.equal(verdict('network', url, { rules: [allow({ host: 'a.org' })] }), 'allow');
    assert.equal(verdict('network', url, { rules: [allow({ host: 'b.org' })] }), 'ask effect');
  });

  it('never takes a line for the command that it begins with', () => {
    const rules = [allow({ command: 'a' })];
    const asked = [
      'a && rm -rf b',
      'a; rm b',
      'a | sh',
      'a || rm b',
      'a & rm b',
      'a\nrm b',
      'a\rrm b',
      'a $(rm b)',
      'a `rm b`',
      'a "$(rm b)"',
      'a "`rm b`"',
      'a > b',
      'a >> b',
      'a < b',
      'a <(rm b)',
      "a $'\\n'",
      'a ${b:-$(rm c)}',
      "a 'x & rm b'",
      'a "b',
      "a \\' ; rm b '",
      'a \\" && rm b "',
      '(a)',
      'X=1 a',
      'sudo a',
      '\\a',
      './a',
      '',
    ];
    for (const line of asked) {
      assert.match(verdict('execute', command(line), { rules }), /^ask/, JSON.stringify(line));
    }
    assert.equal(verdict('execute', command('a && a b | a'), { rules }), 'allow');
  });

  it('denies by a rule before anything else, wherever in a line the command stands', () => {
    const rules: ApprovalRule[] = [
      allow(),
      { decision: 'deny', tool: '*', command: 'rm' },
      { decision: 'deny', tool: 'tool', path: '**/*.lock' },
    ];
    for (const line of ['rm a', 'ls && rm a', 'ls; "rm" a', 'echo $(x) | rm a > b']) {
      assert.equal(verdict('execute', command(line), { rules }), 'deny rule', line);
    }
    assert.equal(verdict('edit', paths('a', 'b/c.lock'), { rules }), 'deny rule');
    assert.equal(verdict('edit', paths('a'), { rules }), 'allow');
  });

  it('offers the rules that would have allowed it, and these do', () => {
    const subjects: [ToolEffect, ToolSubject][] = [
      ['edit', paths('src/a b*.ts', 'c')],
      ['read', paths('/etc/hosts')],
      ['execute', command('npm run "a b" && git status')],
      ['network', { kind: 'url', url: 'https://a.org:8080/x' }],
      ['edit', { kind: 'none' }],
    ];
    for (const [effect, subject] of subjects) {
      const request = { tool: 'tool', effect, subject };
      const context: ApprovalContext = { mode: 'ask', isTrusted: true, rules: [] };
      const asked = decideCall(request, context);
      assert(asked.kind === 'ask' && asked.grants.length > 0);
      const after = decideCall(request, { ...context, rules: asked.grants });
      assert.deepEqual(after, { kind: 'allow' });
    }
  });

  it('reads rules from a setting, and none that it does not understand', () => {
    const rule = { decision: 'deny', tool: 'x', path: 'a', command: 'b', host: 'c' };
    assert.deepEqual(parseApprovalRule(rule), rule);
    for (const wrong of [
      null,
      [],
      'allow',
      {},
      { decision: 'allow' },
      { decision: 'yes', tool: 'x' },
      { decision: 'allow', tool: 'x', paths: ['a'] },
      { decision: 'allow', tool: 'x', path: 1 },
      { decision: 'allow', tool: 'x', command: ' ' },
    ]) {
      assert.equal(parseApprovalRule(wrong), undefined, JSON.stringify(wrong));
    }
  });
});
