import * as vscode from 'vscode';
import type { CommandEnd } from '../../node/tools/runningCommand';
import type { CommandTerminal } from '../../node/tools/commandTools';

const interrupt = String.fromCharCode(3);
const dim = `${String.fromCharCode(27)}[2m`;
const plain = `${String.fromCharCode(27)}[0m`;
/** Of a command line in a tab's name. */
const longestName = 40;

/**
 * Shows a command in a terminal of its own, beside the card: for output that goes on after the call. It takes no input
 * but Ctrl+C; that, and closing it, ends the command.
 */
export function openCommandTerminal(command: string, stop: () => void): CommandTerminal {
  const output = new vscode.EventEmitter<string>();
  let isOpen = false;
  let isOver = false;
  // What is written before the terminal is there is lost otherwise.
  let early = '';
  const write = (text: string): void => {
    const lines = text.replace(/\r?\n/g, '\r\n');
    if (isOpen) output.fire(lines);
    else early += lines;
  };
  const stopOnce = (): void => {
    if (!isOver) stop();
  };
  const terminal = vscode.window.createTerminal({
    name: command.length > longestName ? `${command.slice(0, longestName - 1)}…` : command,
    iconPath: new vscode.ThemeIcon('tools'),
    isTransient: true,
    pty: {
      onDidWrite: output.event,
      open: () => {
        isOpen = true;
        output.fire(early);
        early = '';
      },
      close: () => {
        stopOnce();
        output.dispose();
      },
      handleInput: (data: string) => {
        if (data === interrupt) stopOnce();
      },
    },
  });
  write(`${dim}$ ${command}${plain}\n`);
  terminal.show(true);
  return {
    write,
    end: (end) => {
      isOver = true;
      write(`\n${dim}${endText(end)}${plain}\n`);
    },
  };
}

function endText(end: CommandEnd): string {
  switch (end.kind) {
    case 'exited':
      return vscode.l10n.t('Exit code {0}', end.code);
    case 'killed':
      return vscode.l10n.t('Stopped');
    case 'failed':
      return end.reason;
  }
}
