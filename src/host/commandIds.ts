/** Every command of ours; package.json has the same list, which a test holds it to. */
export const commandIds = [
  'caudal.focus',
  'caudal.newChat',
  'caudal.openInEditor',
  'caudal.stop',
  'caudal.setApiKey',
  'caudal.removeApiKey',
  'caudal.chooseModel',
  'caudal.askSelection',
  'caudal.addToChat',
  'caudal.addTerminal',
  'caudal.addProblems',
  'caudal.showLog',
  'caudal.showChats',
  'caudal.chooseTools',
  'caudal.compact',
  'caudal.acceptChange',
  'caudal.rejectChange',
  'caudal.acceptAllChanges',
  'caudal.rejectAllChanges',
  'caudal.find',
  'caudal.previousPrompt',
  'caudal.nextPrompt',
  'caudal.openSettings',
  'caudal.startSseAdapter',
  'caudal.stopSseAdapter',
  'caudal.openInspector',
  'caudal.saveRecording',
  'caudal.openRecording',
  'caudal.saveBugReport',
] as const;
export type CommandId = (typeof commandIds)[number];

export const chatViewId = 'caudal.chat';
export const chatPanelType = 'caudal.panel';
export const inspectorPanelType = 'caudal.inspector';
