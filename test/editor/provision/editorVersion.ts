/** The VS Codes that Caudal is tried in: the newest that both ways of running it have, and the floor of `engines`. */
export const editorVersions = ['1.139.1', '1.105.1'] as const;
export type EditorVersion = (typeof editorVersions)[number];

export const newestEditor: EditorVersion = '1.139.1';
