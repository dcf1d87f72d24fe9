import * as vscode from 'vscode';
import type { AskPerson } from '../../core/askUserTool';

/** Asks in a list that also takes words of the person's own. */
export const askPerson: AskPerson = (question, choices, signal) =>
  new Promise((resolve) => {
    const pick = vscode.window.createQuickPick();
    const settle = (answer: string | undefined): void => {
      resolve(answer);
      signal.removeEventListener('abort', onAbort);
      pick.dispose();
    };
    const onAbort = (): void => settle(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    pick.title = vscode.l10n.t('Claude asks');
    pick.placeholder = question;
    pick.ignoreFocusOut = true;
    const offer = (): void => {
      const own = pick.value.trim();
      pick.items = [...choices, ...(own === '' || choices.includes(own) ? [] : [own])].map(
        (label) => ({ label, alwaysShow: true }),
      );
    };
    offer();
    pick.onDidChangeValue(offer);
    pick.onDidAccept(() => settle(pick.activeItems[0]?.label));
    pick.onDidHide(() => settle(undefined));
    pick.show();
    if (signal.aborted) settle(undefined);
  });
