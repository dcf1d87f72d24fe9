import { stat } from 'node:fs/promises';
import { assertNever } from '../../core/assertNever';
import type { Disposable } from '../../core/disposable';
import { stringMember, type JsonObject } from '../../core/json';
import type { TerminalChoice } from '../../core/terminalChoice';
import { ToolRefusal, type Tool, type ToolCall, type ToolOutcome } from '../../core/tool';
import { failed, inputSchema, integerOr, isOn, requiredString, told } from '../../core/toolInput';
import { asRefusal } from './fileChanges';
import { RunningCommand, type CommandEnd } from './runningCommand';
import type { ResolvedPath, WorkspacePaths } from './workspacePaths';

const defaultTimeoutS = 120;
const maxTimeoutS = 3600;
const maxBackground = 8;

/** Variables that a command does not get: keys to what Caudal itself uses, and what would change how VS Code starts. */
const withheld = /^(ANTHROPIC_|VSCODE_|ELECTRON_|NODE_OPTIONS$)/;

/** A terminal that shows one command. */
export interface CommandTerminal {
  readonly write: (text: string) => void;
  readonly end: (end: CommandEnd) => void;
}

export interface CommandToolsPorts {
  /** What commands get as their environment. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  readonly terminals?: {
    readonly when: () => TerminalChoice;
    /** @param stop Ends the command. */
    readonly open: (command: string, stop: () => void) => CommandTerminal;
  };
}

/** The tools that start programs. What runs in the background ends when they are disposed. */
export class CommandTools implements Disposable {
  private readonly background = new Map<string, RunningCommand>();
  private count = 0;

  constructor(
    private readonly paths: WorkspacePaths,
    private readonly ports: CommandToolsPorts,
  ) {}

  get tools(): readonly Tool[] {
    return [this.runCommandTool(), this.readOutputTool(), this.stopCommandTool()];
  }

  dispose(): void {
    for (const command of this.background.values()) void command.stop();
    this.background.clear();
  }

  private runCommandTool(): Tool {
    const subject = async (
      input: JsonObject,
    ): Promise<{ kind: 'command'; command: string; cwd: string }> => {
      const command = requiredString(input, 'command');
      if (command.trim() === '') throw new ToolRefusal('The command is empty.');
      if (command.includes('\0')) throw new ToolRefusal('The command has a NUL in it.');
      return { kind: 'command', command, cwd: (await this.folder(input)).path };
    };
    return {
      name: 'run_command',
      description:
        'Runs a command line in the shell of the system and gives its output and exit code. It gets no input: use flags ' +
        `that ask nothing. It ends after timeout_seconds (default ${defaultTimeoutS}), with all that it started. ` +
        'With background it goes on after the call: look at it with read_command_output, end it with stop_command.',
      inputSchema: inputSchema(
        {
          command: { type: 'string' },
          cwd: { type: 'string', description: 'A folder. Default: the workspace.' },
          timeout_seconds: { type: 'integer', description: `1 to ${maxTimeoutS}.` },
          background: { type: 'boolean' },
        },
        ['command'],
      ),
      effect: 'execute',
      hasLongInput: true,
      subject,
      run: async (input, call) => {
        const { command } = await subject(input);
        const timeoutS = integerOr(input, 'timeout_seconds', {
          missing: defaultTimeoutS,
          least: 1,
          most: maxTimeoutS,
        });
        const { absolute: cwd } = await this.folder(input);
        if (!(await asRefusal(() => stat(cwd))).isDirectory()) {
          throw new ToolRefusal('"cwd" is no folder.');
        }
        const isBackground = isOn(input, 'background');
        if (isBackground && this.running.length >= maxBackground) {
          throw new ToolRefusal(`${maxBackground} commands run in the background: stop one first.`);
        }
        call.signal.throwIfAborted();
        const environment = commandEnvironment(this.ports.environment());
        const terminal = this.openTerminal(command, isBackground, () => void running.stop());
        const show = (text: string): void => {
          call.show(text);
          terminal?.write(text);
        };
        const running = new RunningCommand({ command, cwd, environment, show });
        void running.ended.then((end) => terminal?.end(end));
        return isBackground
          ? this.keepRunning(running, terminal, call)
          : this.waitFor(running, timeoutS, call);
      },
    };
  }

  private openTerminal(
    command: string,
    isBackground: boolean,
    stop: () => void,
  ): CommandTerminal | undefined {
    const { terminals } = this.ports;
    if (terminals === undefined) return undefined;
    const when = terminals.when();
    const isWanted = when === 'always' || (when === 'background' && isBackground);
    return isWanted ? terminals.open(command, stop) : undefined;
  }

  private async waitFor(
    command: RunningCommand,
    timeoutS: number,
    { signal }: ToolCall,
  ): Promise<ToolOutcome> {
    const aborted = new Promise<'aborted'>((resolve) =>
      signal.addEventListener('abort', () => resolve('aborted'), { once: true }),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), timeoutS * 1000);
    });
    const end = await Promise.race([command.ended, aborted, late]);
    clearTimeout(timer);
    if (end === 'aborted' || end === 'late') {
      await command.stop();
      const why = end === 'late' ? `It took longer than ${timeoutS} s` : 'The person stopped it';
      return failed(withOutput(command.output.text, `${why} and was ended.`));
    }
    // What it started and did not wait for: only a command in the background outlives its call.
    await command.sweep();
    return outcomeOf(end, command.output.text);
  }

  /** A command that fails at once is told at once. */
  private async keepRunning(
    command: RunningCommand,
    terminal: CommandTerminal | undefined,
    { signal }: ToolCall,
  ): Promise<ToolOutcome> {
    const early = await Promise.race([
      command.ended,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 1000)),
    ]);
    if (signal.aborted) {
      await command.stop();
      return failed('The person stopped it.');
    }
    if (early !== undefined) {
      await command.sweep();
      return outcomeOf(early, command.output.text);
    }
    command.showIn((text) => terminal?.write(text));
    const id = `command-${++this.count}`;
    this.background.set(id, command);
    return told(withOutput(command.output.takeNew(), `Runs in the background as ${id}.`));
  }

  private readOutputTool(): Tool {
    return {
      name: 'read_command_output',
      description: 'Gives what a command in the background wrote since this was last asked.',
      inputSchema: inputSchema({ id: { type: 'string' } }, ['id']),
      effect: 'read',
      hasLongInput: false,
      subject: () => Promise.resolve({ kind: 'none' }),
      run: async (input) => {
        const { id, command } = this.named(input);
        const output = command.output.takeNew();
        if (command.isRunning) return told(withOutput(output, 'It is running.'));
        this.background.delete(id);
        await command.sweep();
        return outcomeOf(await command.ended, output);
      },
    };
  }

  private stopCommandTool(): Tool {
    return {
      name: 'stop_command',
      description: 'Ends a command that runs in the background, with everything it started.',
      inputSchema: inputSchema({ id: { type: 'string' } }, ['id']),
      // It ends only what this conversation was allowed to start.
      effect: 'read',
      hasLongInput: false,
      subject: () => Promise.resolve({ kind: 'none' }),
      run: async (input) => {
        const { id, command } = this.named(input);
        await command.stop();
        this.background.delete(id);
        return told(withOutput(command.output.takeNew(), 'It was ended.'));
      },
    };
  }

  private get running(): readonly RunningCommand[] {
    return [...this.background.values()].filter(({ isRunning }) => isRunning);
  }

  private named(input: JsonObject): { id: string; command: RunningCommand } {
    const id = requiredString(input, 'id');
    const command = this.background.get(id);
    if (command === undefined) {
      const known = [...this.background.keys()].join(', ');
      throw new ToolRefusal(
        `There is no such command. ${known === '' ? '' : `There are: ${known}`}`,
      );
    }
    return { id, command };
  }

  private folder(input: JsonObject): Promise<ResolvedPath> {
    const asked = stringMember(input, 'cwd');
    return this.paths.resolve(asked === undefined || asked === '' ? this.paths.root : asked);
  }
}

function commandEnvironment(
  own: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(own).filter(([name]) => !withheld.test(name));
  return {
    ...Object.fromEntries(kept),
    // Nobody is there to page or to answer; colours are for the person.
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    GIT_TERMINAL_PROMPT: '0',
    FORCE_COLOR: '1',
    CLICOLOR_FORCE: '1',
  };
}

function outcomeOf(end: CommandEnd, output: string): ToolOutcome {
  switch (end.kind) {
    case 'exited': {
      const text = withOutput(output, `Exit code ${end.code}.`);
      return { ...(end.code === 0 ? told(text) : failed(text)), exitCode: end.code };
    }
    case 'killed':
      return failed(withOutput(output, `It was ended by ${end.signal}.`));
    case 'failed':
      return failed(`It could not be started: ${end.reason}`);
    default:
      return assertNever(end);
  }
}

function withOutput(output: string, end: string): string {
  return output === '' ? `${end} It wrote nothing.` : `${output.replace(/\n+$/, '')}\n\n[${end}]`;
}
