import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { CommandOutput } from '../../../src/core/commandOutput';
import type { TerminalChoice } from '../../../src/core/terminalChoice';
import { CommandTools } from '../../../src/node/tools/commandTools';
import { named, refusalOf, run, textOf, ToolGround, type RunOptions } from './toolGround';

describe('Output of a command', () => {
  it('keeps beginning and end, and says what is left out', () => {
    const output = new CommandOutput();
    for (let index = 0; index < 20_000; index++) output.push(`line ${index}\n`);
    const { text } = output;
    assert.ok(text.length < 31_000);
    assert.match(text, /^line 0\n/);
    assert.match(text, /characters left out …\]/);
    assert.match(text, /line 19999\n$/);
  });

  it('tells what is new', () => {
    const output = new CommandOutput();
    output.push('one');
    assert.equal(output.takeNew(), 'one');
    output.push(' two');
    assert.equal(output.takeNew(), ' two');
    assert.equal(output.takeNew(), '');
    output.push('x'.repeat(100_000));
    const news = output.takeNew();
    assert.match(news, /left out/);
    assert.match(news, /x$/);
  });
});

describe('Tools that run commands', function () {
  before(function () {
    // The commands are those of a POSIX shell.
    if (process.platform === 'win32') this.skip();
  });
  let ground: ToolGround;
  let tools: CommandTools;
  beforeEach(async () => {
    ground = await ToolGround.make({ 'src/a.txt': 'a' });
    const environment = { ...process.env, ANTHROPIC_API_KEY: 'sk-ant-not-a-key', KEPT: 'kept' };
    tools = new CommandTools(ground.paths, { environment: () => environment });
  });
  afterEach(async () => {
    tools.dispose();
    await ground.dispose();
  });

  const call = (
    name: string,
    input: Record<string, unknown>,
    options?: RunOptions,
  ): Promise<string> => textOf(named(tools.tools, name), input, options);
  const command = (line: string, rest: Record<string, unknown> = {}): Promise<string> =>
    call('run_command', { command: line, ...rest });

  it('give output and exit code', async () => {
    assert.equal(await command('echo out; echo err >&2'), 'out\nerr\n\n[Exit code 0.]');
    const outcome = await run(named(tools.tools, 'run_command'), { command: 'exit 3' });
    assert.deepEqual(outcome, {
      content: [{ kind: 'text', text: 'Exit code 3. It wrote nothing.' }],
      isError: true,
      exitCode: 3,
    });
  });

  it('show colours to the person, live, and plain text to the model', async () => {
    const shown: string[] = [];
    const input = { command: "printf '\\033[31mred\\033[0m'; sleep 0.2; printf ' ä'" };
    const text = await call('run_command', input, { show: (piece) => shown.push(piece) });
    assert.equal(shown.join(''), '\u001b[31mred\u001b[0m ä');
    assert.ok(shown.length > 1, 'it came in one piece');
    assert.equal(text, 'red ä\n\n[Exit code 0.]');
  });

  it('run where they are asked to, and tell where that is', async () => {
    assert.match(await command('pwd', { cwd: 'src' }), new RegExp(`^${ground.at('src')}`));
    const subject = await named(tools.tools, 'run_command').subject({ command: 'ls', cwd: '..' });
    assert.ok(subject.kind === 'command' && subject.cwd.startsWith('/'));
    assert.match(await refusalOf(command('ls', { cwd: 'nowhere' })), /no such/);
    assert.match(await refusalOf(command('ls', { cwd: 'src/a.txt' })), /no folder/);
    assert.match(await refusalOf(command('  ')), /empty/);
  });

  it('never hand on keys', async () => {
    const text = await command('env');
    assert.ok(text.includes('KEPT=kept'));
    assert.ok(!text.includes('not-a-key'));
  });

  it('get no input', async () => {
    assert.match(await command('cat; echo done'), /^done/);
  });

  /** Processes that a command names by writing their ids. */
  const started = (): readonly number[] =>
    readFileSync(ground.at('pids'), 'utf8').trim().split('\n').map(Number);
  const untilStarted = async (count: number): Promise<void> => {
    while (!existsSync(ground.at('pids')) || started().length < count) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const isGone = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    // A zombie that its new parent has not yet looked at has ended.
    return process.platform === 'linux' && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  };
  const tree =
    "trap '' TERM; echo $$ >> pids; (echo $BASHPID >> pids; sh -c 'echo $$ >> pids; sleep 1000') & " +
    'sh -c \'trap "" TERM; echo $$ >> pids; while :; do sleep 1; done\' & wait; wait; sleep 1000';

  it('end a never-ending command with its whole tree when they are aborted', async () => {
    const abort = new AbortController();
    const running = call('run_command', { command: tree }, { signal: abort.signal });
    await untilStarted(3);
    abort.abort();
    assert.match(await running, /The person stopped it/);
    assert.deepEqual(
      started().filter((pid) => pid > 0 && !isGone(pid)),
      [],
    );
  });

  it('end it after its time', async () => {
    const text = await command(`echo before; ${tree}`, { timeout_seconds: 1 });
    assert.match(text, /^before\n\n\[It took longer than 1 s/);
    assert.deepEqual(
      started().filter((pid) => pid > 0 && !isGone(pid)),
      [],
    );
  });

  it('end what left the group, where the system shows it', async function () {
    if (process.platform !== 'linux') this.skip();
    await command("setsid sh -c 'echo $$ >> pids; sleep 1000' & sleep 0.3");
    await untilStarted(1);
    assert.deepEqual(
      started().filter((pid) => !isGone(pid)),
      [],
    );
  });

  it('stand in a terminal too where that is wanted, which can end them', async () => {
    let when: TerminalChoice = 'background';
    const terminals: { command: string; text: string; end: string; stop: () => void }[] = [];
    tools = new CommandTools(ground.paths, {
      environment: () => process.env,
      terminals: {
        when: () => when,
        open: (line, stop) => {
          const terminal = { command: line, text: '', end: '', stop };
          terminals.push(terminal);
          return {
            write: (text) => void (terminal.text += text),
            end: ({ kind }) => void (terminal.end = kind),
          };
        },
      },
    });
    await command('echo a');
    assert.equal(terminals.length, 0);
    const line = 'echo first; sleep 1.5; echo late; sleep 1000';
    await command(line, { background: true });
    const [shown] = terminals;
    assert.equal(shown?.command, line);
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(() => shown.text === 'first\nlate\n');
    shown.stop();
    await until(() => shown.end === 'killed');
    when = 'always';
    await command('echo b');
    assert.equal(terminals.at(-1)?.text, 'b\n');
    assert.equal(terminals.at(-1)?.end, 'exited');
    when = 'never';
    await command('echo c', { background: true });
    assert.equal(terminals.length, 2);
  });

  it('survive a flood of output', async () => {
    let shown = 0;
    const input = { command: 'yes caudal', timeout_seconds: 1 };
    const text = await call('run_command', input, { show: (piece) => (shown += piece.length) });
    assert.ok(text.length < 31_000);
    assert.ok(shown < 8_100_000);
    assert.match(text, /longer than 1 s/);
  });

  it('go on in the background until they are ended', async () => {
    const text = await command('echo first; echo $$ >> pids; sleep 1000', { background: true });
    assert.match(text, /^first\n\n\[Runs in the background as command-1\.\]/);
    assert.match(await call('read_command_output', { id: 'command-1' }), /^It is running/);
    assert.match(await call('stop_command', { id: 'command-1' }), /It was ended/);
    assert.deepEqual(
      started().filter((pid) => !isGone(pid)),
      [],
    );
    assert.match(await refusalOf(call('read_command_output', { id: 'command-1' })), /no such/);
  });

  it('tell how a command in the background ended', async () => {
    await command('sleep 1.5; echo late; exit 4', { background: true });
    let text = '';
    while (!text.includes('Exit code')) {
      text = await call('read_command_output', { id: 'command-1' });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.match(text, /Exit code 4/);
  });

  it('tell at once of a command in the background that fails at once', async () => {
    assert.match(await command('exit 5', { background: true }), /Exit code 5/);
  });
});
