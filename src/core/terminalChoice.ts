/** When a command is shown in a terminal, besides the card of its call. */
export const terminalChoices = ['background', 'always', 'never'] as const;
export type TerminalChoice = (typeof terminalChoices)[number];
